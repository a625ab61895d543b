/**
 * A program that orders, cheap beside what it measures: one order is under way on each connection, as browsers do it,
 * and it waits while what was accepted is too far ahead of what is final. One that is refused for now, or whose
 * connection ended, is sent again under its id. Prints what came of it as one line of JSON.
 */
import { connect, type Socket } from "node:net"
import { setTimeout as delay } from "node:timers/promises"
import * as AnswerReader from "../AnswerReader.ts"
import * as Figures from "../Figures.ts"
import * as Order from "./Order.ts"

export interface BuyersReport {
  readonly seconds: number
  /** Answers by status. */
  readonly answers: Readonly<Record<string, number>>
  /** Connections that ended before their time. */
  readonly ended: number
}

const CONNECTIONS = 512
/** Orders that may be accepted and not final: beyond these it waits until there are half as many. */
const MAX_BEHIND = 40_000
/** How often it asks how many are final: each answer costs as much as many orders. */
const LOOK_EVERY_MILLIS = 1_000
const AGAIN_AFTER_MILLIS = 200
/** More than these mean that something is wrong. */
const MAX_ENDED = 4 * CONNECTIONS
const AGAIN: ReadonlySet<number> = new Set([429, 503])

const numberOf = (name: string): number => Number(process.env[name])
const [port, metricsPort, from, count, items] = [
  numberOf("PORT"),
  numberOf("METRICS_PORT"),
  numberOf("FROM"),
  numberOf("COUNT"),
  numberOf("ITEMS")
] as const

const startedAt = performance.now()
const answers: Record<string, number> = {}
const again: Array<number> = []
const connections = new Set<() => void>()
let [next, accepted, ended, isWaiting] = [from, 0, 0, false]

const fillAll = (): void => connections.forEach((fill) => fill())

const take = (): number | undefined => isWaiting ? undefined : again.pop() ?? (next < from + count ? next++ : undefined)

const sendAgain = async (order: number | undefined): Promise<void> => {
  await delay(AGAIN_AFTER_MILLIS)
  if (order !== undefined) again.push(order)
  fillAll()
}

const onAnswer = (status: number, order: number): void => {
  answers[status] = (answers[status] ?? 0) + 1
  if (status === 202) accepted++
  else if (AGAIN.has(status)) void sendAgain(order)
  else throw new Error(`order ${order} was answered ${status}`)
}

const open = (): void => {
  let underWay: number | undefined
  const read = AnswerReader.make()
  const socket: Socket = connect(port, "127.0.0.1", () => {
    connections.add(fill)
    fill()
  })
  const fill = (): void => {
    if (underWay === undefined) {
      underWay = take()
      if (underWay !== undefined) socket.write(Order.requestOf(underWay, items))
    }
    if (accepted === count) socket.end()
  }
  socket.setNoDelay(true)
  socket.setEncoding("latin1")
  socket.on("data", (chunk: string) => {
    for (const status of read(chunk)) {
      const answered = underWay!
      underWay = undefined
      onAnswer(status, answered)
    }
    fill()
    if (accepted === count) fillAll()
  })
  // What follows is told by `close`.
  socket.on("error", () => {})
  socket.on("close", () => {
    connections.delete(fill)
    if (accepted === count) return
    if (++ended > MAX_ENDED) throw new Error(`${ended} connections have ended`)
    void sendAgain(underWay).then(open)
  })
}

for (let n = 0; n < CONNECTIONS; n++) open()
while (accepted < count) {
  await delay(LOOK_EVERY_MILLIS)
  const behind = from + accepted - await Figures.processed(metricsPort)
  isWaiting = behind > (isWaiting ? MAX_BEHIND / 2 : MAX_BEHIND)
  fillAll()
}
const report: BuyersReport = { seconds: (performance.now() - startedAt) / 1_000, answers, ended }
process.stdout.write(`${JSON.stringify(report)}\n`)
