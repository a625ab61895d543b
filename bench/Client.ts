/**
 * Buyers over plain sockets: one request under way on each connection, the next as soon as it is answered, or at a
 * given rate. Cheap, as it shares the machine with what it measures; so it reads no more of an answer than its status
 * and end.
 */
import { randomUUID } from "node:crypto"
import { connect } from "node:net"
import { setTimeout as delay } from "node:timers/promises"
import * as AnswerReader from "./AnswerReader.ts"

export interface Measured {
  readonly seconds: number
  /** Answers by status. */
  readonly answers: ReadonlyMap<number, number>
  /** Milliseconds from request to answer, sorted. */
  readonly latencies: Float64Array
}

interface Options {
  readonly port: number
  readonly connections: number
  readonly seconds: number
  /** How the ids of its orders begin: the nth is `name-n`. */
  readonly name?: string
  /** Whether each order comes with a payment token. */
  readonly hasToken?: boolean
  /** The header `Authorization` of the orders of a user, such as "u-1". */
  readonly authorization?: (userId: string) => string
  /** Where the orders go; without it, to `/buy`. */
  readonly path?: "/buy" | "/holds"
  /** What the orders name; without it, the one item that all buyers want. */
  readonly item?: string
  /** The path that the nth request reads, which brings no order then. */
  readonly read?: (n: number) => string
  /** Requests a second of all connections together; without it, as many as are answered. */
  readonly rate?: number
  /** Whether a connection is kept for the next request; without it, it is. */
  readonly isKept?: boolean
}

const USERS = 5_000
/** Whom the orders name. */
export const users: ReadonlyArray<string> = Array.from({ length: USERS }, (_, n) => `u-${n}`)
/** A typical drop: all buyers want the same item. */
const ITEM = "101"

/** As long as tokens of the great providers are. */
const TOKEN = { payment_token: "pm_1Q0PsIJvEtkwdCNYMSaVuRz6" }

/** An odd number by which numbers that follow each other become far apart. */
const SCATTER = 0x9e3779b1

/** What makes ids as those of clients are: in no order, so that each goes to another page of an index. */
export const scattered = (n: number): string => (Math.imul(n, SCATTER) >>> 0).toString(16).padStart(8, "0")

/** The bytes of a run's nth request. */
export const requestOf = (
  run: string,
  n: number,
  options: Pick<Options, "authorization" | "hasToken" | "item" | "path" | "read"> = {}
): string => {
  const { authorization, hasToken = false, item = ITEM, path = "/buy", read } = options
  if (read !== undefined) return `GET ${read(n)} HTTP/1.1\r\nhost: bench\r\n\r\n`
  const userId = users[n % USERS]!
  const body = JSON.stringify({
    request_id: `${scattered(n)}-${run}-${n}`,
    user_id: userId,
    item_id: item,
    amount: 1,
    ...(hasToken ? TOKEN : {})
  })
  const head = [
    `POST ${path} HTTP/1.1`,
    "host: bench",
    "content-type: application/json",
    `content-length: ${body.length}`
  ]
  if (authorization !== undefined) head.push(`authorization: ${authorization(userId)}`)
  return `${head.join("\r\n")}\r\n\r\n${body}`
}

/** One connection on which requests are sent, the next when the one before is answered. */
export interface Connection {
  /** Sends, and gives the answer's status. */
  readonly ask: (text: string) => Promise<number>
  readonly close: () => void
}

export const open = (port: number): Promise<Connection> =>
  new Promise((resolve, reject) => {
    const read = AnswerReader.make()
    let asked = { answered: (_: number): void => {}, failed: reject }
    const socket = connect(port, "127.0.0.1", () =>
      resolve({
        ask: (text) =>
          new Promise((answered, failed) => {
            asked = { answered, failed }
            socket.write(text, (error) => error && failed(error))
          }),
        close: () => socket.end()
      }))
    socket.setNoDelay(true)
    socket.setEncoding("latin1")
    socket.on("data", (chunk: string) => {
      for (const status of read(chunk)) asked.answered(status)
    })
    socket.on("error", (error) => asked.failed(error))
    socket.on("close", () => asked.failed(new Error("the server closed the connection")))
  })

/**
 * A connection that the server has accepted: it accepts one in each turn of its event loop, so many new ones wait for
 * each other, which is no part of what an answer takes.
 */
export const openAccepted = async (port: number): Promise<Connection> => {
  const connection = await open(port)
  await connection.ask("GET /livez HTTP/1.1\r\nhost: bench\r\n\r\n")
  return connection
}

/** Sends one request over a connection of its own. */
const askAlone = async (port: number, text: string): Promise<number> => {
  const { ask, close } = await open(port)
  const status = await ask(text)
  close()
  return status
}

/** Sends for so many seconds over connections that are open by then, and waits for the last answers. */
export const run = async (options: Options): Promise<Measured> => {
  const { connections, isKept = true, port, rate, seconds } = options
  const name = options.name ?? randomUUID().slice(0, 8)
  const answers = new Map<number, number>()
  const latencies: Array<number> = []
  const opened = await Promise.all(Array.from({ length: connections }, () => openAccepted(port)))
  const startedAt = performance.now()
  const endsAt = startedAt + seconds * 1000
  let sent = 0

  const buyer = async ({ ask, close }: Connection): Promise<void> => {
    for (;;) {
      const now = performance.now()
      // One that comes too late has waited in line, and its wait counts.
      const due = rate === undefined ? now : startedAt + (sent * 1000) / rate
      if (Math.max(now, due) >= endsAt) return close()
      const text = requestOf(name, sent++, options)
      if (due > now) await delay(due - now)
      const sentAt = due < now ? due : performance.now()
      const status = await (isKept ? ask(text) : askAlone(port, text))
      latencies.push(performance.now() - sentAt)
      answers.set(status, (answers.get(status) ?? 0) + 1)
    }
  }
  await Promise.all(opened.map(buyer))
  return {
    seconds: (performance.now() - startedAt) / 1000,
    answers,
    latencies: Float64Array.from(latencies).toSorted()
  }
}

/** The value below which this share of the sorted values lies. */
export const percentile = (sorted: Float64Array, share: number): number =>
  sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN
