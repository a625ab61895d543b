/** A thousand connections on which next to nothing comes, and the buyers beside them. */
import * as Undici from "@effect/platform-node/Undici"
import { connect, type Socket } from "node:net"
import { setTimeout as delay } from "node:timers/promises"
import { expect, it, onTestFinished } from "vitest"
import * as Services from "../../chaos/Services.ts"
import { until } from "../../servers/Processes.ts"

const FULL = process.env["FULL"] === "1"
const SLOW = 1_000
/** A round with slow clients and one without, in turn: the machine is not the same from second to second. */
const ROUNDS = FULL ? 5 : 2
const ROUND_MILLIS = FULL ? 4_000 : 2_000
/** Buyers' orders a second. */
const RATE = 100
/** How often a slow client sends a header, in milliseconds. */
const DRIBBLE_MILLIS = 1_000
/** By how much a few rounds differ on a machine that does other things as well, in milliseconds. */
const NOISE = FULL ? 25 : 100
const TIMEOUT = 180_000

/** Sends a request so slowly that it never comes to an end, and begins anew when it is cut off. */
const slowly = (port: number, counts: { cut: number; open: number }) => {
  let isOver = false
  let socket: Socket
  const begin = () => {
    let sent = 0
    socket = connect(port, "127.0.0.1", () => {
      counts.open++
      socket.write("POST /buy HTTP/1.1\r\nhost: x\r\n")
    })
    const dribble = setInterval(() => socket.write(`x-${sent++}: y\r\n`), DRIBBLE_MILLIS)
    socket.resume()
    socket.on("error", () => {})
    socket.on("close", () => {
      clearInterval(dribble)
      if (isOver) return
      counts.cut++
      begin()
    })
  }
  begin()
  return () => {
    isOver = true
    socket.destroy()
  }
}

const p99 = (millis: ReadonlyArray<number>): number =>
  millis.toSorted((a, b) => a - b)[Math.ceil(millis.length * 0.99) - 1]!
const median = (values: ReadonlyArray<number>): number =>
  values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)]!

it("buyers' p99 stays within twice its usual", { timeout: TIMEOUT }, async () => {
  const env = {
    DATA_DIR: await Services.folder(),
    PAYMENT_LATENCY: "1ms",
    PAYMENT_FAILURE_RATE: "0",
    // They have one address here, and none of them makes room for another.
    TRUSTED_PROXIES: "127.0.0.1"
  }
  const engine = await Services.service("serve", env)
  await engine.start()
  await engine.untilHealth(200)
  await Services.run(["stock", "set", "101", "1000000"], env)
  const pool = new Undici.Pool(engine.url, { connections: 64 })
  onTestFinished(() => pool.destroy())
  let orders = 0

  const buy = async (): Promise<number> => {
    const name = String(orders++)
    const begun = performance.now()
    const answer = await pool.request({
      method: "POST",
      path: "/buy",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ request_id: `r-${name}`, user_id: `u-${name}`, item_id: "101", amount: 1 })
    })
    await answer.body.dump()
    expect(answer.statusCode).toBe(202)
    return performance.now() - begun
  }
  /** An open loop: a slow answer does not delay the orders after it. */
  const round = async (): Promise<number> => {
    const sent: Array<Promise<number>> = []
    const begun = performance.now()
    while (performance.now() - begun < ROUND_MILLIS) {
      sent.push(buy())
      await delay(1_000 / RATE)
    }
    return p99(await Promise.all(sent))
  }

  await round()
  const usual: Array<number> = []
  const beside: Array<number> = []
  const counts = { cut: 0, open: 0 }
  for (let n = 0; n < ROUNDS; n++) {
    usual.push(await round())
    const ends = Array.from({ length: SLOW }, () => slowly(Number(new URL(engine.url).port), counts))
    await until("all slow clients are connected", () => counts.open >= SLOW * (n + 1))
    beside.push(await round())
    for (const end of ends) end()
  }
  process.stdout.write(
    `p99 usual ${usual.map(Math.round)} ms, beside ${SLOW} slow clients ${
      beside.map(Math.round)
    } ms; ${counts.cut} cut off\n`
  )
  expect(median(beside)).toBeLessThan(2 * median(usual) + NOISE)
  expect(await engine.stop()).toEqual({ code: 0, signal: null })
})
