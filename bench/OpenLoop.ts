/**
 * Orders that come whether or not those before them are answered, as buyers do: at moments of a Poisson process of a
 * given rate, each on a connection that is free. An order's time runs from the moment at which it was due.
 */
import { randomUUID } from "node:crypto"
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
  const free = await Promise.all(Array.from({ length: CONNECTIONS }, () => Client.openAccepted(options.port)))
  const opened = [...free]
  let broken: unknown
  const startedAt = performance.now()

  const another = async (): Promise<Client.Connection> => {
    const connection = await Client.open(options.port)
    opened.push(connection)
    return connection
  }
  const order = async (n: number, at: number): Promise<void> => {
    const connection = free.pop() ?? await another()
    const status = await connection.ask(Client.requestOf(name, n))
    answered.push({ at, millis: performance.now() - startedAt - at, status })
    free.push(connection)
  }

  for (let n = 0; n < due.length;) {
    await delay(TICK)
    for (const now = performance.now() - startedAt; n < due.length && due[n]! <= now; n++) {
      order(n, due[n]!).catch((error: unknown) => broken ??= error)
    }
  }
  const end = performance.now() + LAST_ANSWERS
  while (answered.length < due.length && broken === undefined && performance.now() < end) await delay(TICK)
  for (const { close } of opened) close()
  const unanswered = due.length - answered.length
  if (unanswered > 0) throw new Error(`${unanswered} of ${due.length} orders were not answered`, { cause: broken })
  return answered
}
