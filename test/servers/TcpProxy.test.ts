/** An address that is held, led elsewhere and cut. */
import { once } from "node:events"
import { connect, createServer, type Server, type Socket } from "node:net"
import { describe, expect, it, onTestFinished } from "vitest"
import { freePort } from "./Ports.ts"
import { until } from "./Processes.ts"
import { TcpProxy } from "./TcpProxy.ts"

/** Answers everything with its name before it. */
const named = async (name: string): Promise<number> => {
  const port = await freePort()
  const server: Server = createServer((socket) => {
    socket.on("error", () => {})
    socket.on("data", (bytes) => socket.write(`${name}:${bytes.toString()}`))
  }).listen(port, "127.0.0.1")
  await once(server, "listening")
  onTestFinished(() => void server.close())
  return port
}

const open = async (target: number) => {
  const proxy = await TcpProxy.open(target)
  onTestFinished(() => proxy.close())
  return proxy
}

const dial = async ({ port }: TcpProxy) => {
  const socket: Socket = connect(port, "127.0.0.1")
  await once(socket, "connect")
  onTestFinished(() => void socket.destroy())
  let heard = ""
  socket.on("error", () => {})
  socket.on("data", (bytes) => {
    heard += bytes.toString()
  })
  return { socket, heard: () => heard }
}

describe("TcpProxy", () => {
  it("the proxy leads to its target, and cuts its connections when the target changes", async () => {
    const proxy = await open(await named("a"))
    const first = await dial(proxy)
    first.socket.write("1")
    await until("it is answered", () => first.heard() === "a:1")
    proxy.leadTo(await named("b"))
    await until("it is cut off", () => first.socket.closed)
    const second = await dial(proxy)
    second.socket.write("2")
    await until("it is answered", () => second.heard() === "b:2")
  })

  it("the proxy keeps what comes while it is held, however much, and passes it on afterwards", async () => {
    const proxy = await open(await named("a"))
    const early = await dial(proxy)
    early.socket.write("1")
    await until("it is answered", () => early.heard() === "a:1")
    proxy.hold()
    const late = await dial(proxy)
    const much = "x".repeat(1_000_000)
    early.socket.write(much)
    late.socket.write("2")
    const other = await open(await named("c"))
    const witness = await dial(other)
    witness.socket.write("3")
    await until("others are answered meanwhile", () => witness.heard() === "c:3")
    expect([early.heard(), late.heard()]).toEqual(["a:1", ""])
    proxy.release()
    await until("all of it is answered", () => early.heard().replaceAll("a:", "") === `1${much}`)
    await until("the other as well", () => late.heard() === "a:2")
  })

  it("the proxy ends connections to a port without a listener", async () => {
    const { socket } = await dial(await open(await freePort()))
    await until("it is ended", () => socket.closed)
  })
})
