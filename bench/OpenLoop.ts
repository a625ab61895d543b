/**
 * Orders that come whether or not those before them are answered, as buyers do: at moments of a Poisson process of a
 * given rate, each on a connection that is free. An order's time runs from the moment at which it was due.
 */
import { randomUUID } from "node:crypto"
import { connect, type Socket } from "node:net"
import { setTimeout as delay } from "node:timers/promises"
import * as Client from "./Client.ts"

export interface Answered {
  /** When the order was due, in milliseconds since the run began. */
  readonly at: number
  readonly millis: number
  readonly status: number
}

interface Options {
  readonly port: number
  /** Orders a second. */
  readonly rate: number
  readonly seconds: number
}

/** Connections that are open from the beginning; more are opened when all of them are busy. */
const CONNECTIONS = 64
/** How often it is looked which orders are due, in milliseconds. */
const TICK = 1
/** How long the last answers are waited for, in milliseconds. */
const LAST_ANSWERS = 5_000

/** The moments at which orders are due, in milliseconds from the beginning. */
const moments = ({ rate, seconds }: Options): ReadonlyArray<number> => {
  const all: Array<number> = []
  for (let at = 0; at < seconds * 1_000;) {
    at -= (Math.log(1 - Math.random()) * 1_000) / rate
    all.push(at)
  }
  return all
}

/** Sends, and gives the answers in the order in which they came. Fails where one does not come. */
export const run = async (options: Options): Promise<ReadonlyArray<Answered>> => {
  const name = randomUUID().slice(0, 8)
  const due = moments(options)
  const answered: Array<Answered> = []
  const free: Array<(n: number, at: number) => void> = []
  const sockets: Array<Socket> = []
  let startedAt = performance.now()
  let broken: Error | undefined
  let isOver = false

  const open = (): Promise<(n: number, at: number) => void> =>
    new Promise((resolve, reject) => {
      let heard = ""
      let at = 0
      const socket = connect(options.port, "127.0.0.1", () => resolve(send))
      const send = (n: number, dueAt: number): void => {
        heard = ""
        at = dueAt
        socket.write(Client.requestOf(name, n))
      }
      const fail = (error: Error): void => {
        if (!isOver) broken ??= error
        reject(error)
      }
      // One that was not used for long is closed by the server, and not used any more.
      const closed = (): void => {
        const at = free.indexOf(send)
        if (at < 0) fail(new Error("a connection was closed"))
        else free.splice(at, 1)
      }
      socket.on("error", fail).on("close", closed)
      socket.setNoDelay(true).setEncoding("latin1").on("data", (chunk: string) => {
        // What a server says before it closes a connection that nobody uses is the answer to no order.
        if (free.includes(send)) return
        heard += chunk
        if (!Client.isWhole(heard)) return
        answered.push({ at, millis: performance.now() - startedAt - at, status: Number(heard.slice(9, 12)) })
        free.push(send)
      })
      sockets.push(socket)
    })

  free.push(...await Promise.all(Array.from({ length: CONNECTIONS }, open)))
  startedAt = performance.now()
  for (let n = 0; n < due.length;) {
    await delay(TICK)
    for (const now = performance.now() - startedAt; n < due.length && due[n]! <= now; n++) {
      const [order, at] = [n, due[n]!]
      const send = free.pop()
      if (send === undefined) open().then((opened) => opened(order, at), () => {})
      else send(order, at)
    }
  }
  const end = performance.now() + LAST_ANSWERS
  while (answered.length < due.length && broken === undefined && performance.now() < end) await delay(TICK)
  isOver = true
  for (const socket of sockets) socket.destroy()
  const unanswered = due.length - answered.length
  if (unanswered > 0) throw new Error(`${unanswered} of ${due.length} orders were not answered`, { cause: broken })
  return answered
}
