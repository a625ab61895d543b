/** SIGTERM, as a process gets it: with requests in flight and streams open. */
import { Agent, request } from "node:http"
import { connect } from "node:net"
import { expect, it } from "vitest"
import * as Services from "../../chaos/Services.ts"
import { until } from "../../servers/Processes.ts"

const TIMEOUT = 60_000
/**
 * How long what is left may take once the last request has come, in milliseconds: far less than a kept-alive
 * connection.
 */
const END_TIMEOUT = 10_000

const body = JSON.stringify({ request_id: "slow-1", user_id: "u-1", item_id: "101", amount: 1 })

/** An order of which the last byte has not been sent yet. */
const halfSent = (url: string) => {
  const status = Promise.withResolvers<number | undefined>()
  const sending = request(`${url}/buy`, {
    method: "POST",
    agent: new Agent({ keepAlive: true }),
    headers: { "content-type": "application/json", "content-length": body.length }
  }, (response) => {
    response.resume()
    status.resolve(response.statusCode)
  })
  sending.on("error", () => status.resolve(undefined))
  sending.write(body.slice(0, -1))
  return { status: status.promise, finish: () => sending.end(body.slice(-1)) }
}

const refusesConnections = (url: string) =>
  new Promise<boolean>((resolve) => {
    const socket = connect(Number(new URL(url).port), "127.0.0.1", () => {
      socket.destroy()
      resolve(false)
    })
    socket.on("error", () => resolve(true))
  })

it(
  "at shutdown health says so, the port is closed, orders in flight are answered, and the process ends with 0",
  { timeout: TIMEOUT },
  async () => {
    const env = { DATA_DIR: await Services.folder(), PAYMENT_FAILURE_RATE: "0", SHUTDOWN_NOTICE: "2s" }
    const engine = await Services.service("serve", env)
    await engine.start()
    await engine.untilHealth(200)
    const stream = await fetch(`${engine.url}/items/101/events`)
    const order = halfSent(engine.url)
    const stopped = engine.stop()
    await engine.untilHealth(503)
    const health = await (await fetch(`${engine.url}/health`)).json()
    expect(health).toEqual({ status: "unhealthy", redis: true, kafka: true, circuit_breaker_state: "closed" })
    const ready = await fetch(`${engine.url}/readyz`)
    expect([ready.status, await ready.json()]).toEqual([503, { status: "not_ready" }])
    expect((await fetch(`${engine.url}/livez`)).status).toBe(200)
    // The whole of it: the stream has ended, and was not torn off.
    expect(await stream.text()).toContain("event: snapshot\n")
    await until("the port is closed", () => refusesConnections(engine.url))
    const begun = performance.now()
    order.finish()
    expect(await order.status).toBe(202)
    expect(await stopped).toEqual({ code: 0, signal: null })
    expect(performance.now() - begun).toBeLessThan(END_TIMEOUT)
  }
)
