/**
 * Opens 100,000 holds in a process of its own, whose memory nothing else is in, and prints as JSON what they take.
 */
import { CorrelationId, ItemId, RequestId } from "@flash-sale/domain/records/Ids"
import * as DueTimes from "@flash-sale/processor/holds/DueTimes"
import { randomUUID } from "node:crypto"
import { setFlagsFromString } from "node:v8"
import { runInNewContext } from "node:vm"

const HOLDS = 100_000

export interface Taken {
  /** Of memory, by one hold. */
  readonly bytes: number
  /** Of the time, by looking for holds that are over while none is. */
  readonly share: number
  /** How long it takes to find all of them over, in milliseconds. */
  readonly millis: number
  readonly over: number
  readonly left: number
}

const BASE = Date.parse("2026-01-01T00:00:00Z")
const ITEM = ItemId.make("101")
/** Looks in a second. */
const LOOKS = 4
const SECONDS = 100

const after = (millis: number) => ({ wall: BASE + millis, monotonic: millis })

setFlagsFromString("--expose-gc")
const collect: () => void = runInNewContext("gc")
const heap = (): number => {
  collect()
  return process.memoryUsage().heapUsed
}

const measure = (): Taken => {
  const times = DueTimes.make(BASE)
  const before = heap()
  for (let n = 0; n < HOLDS; n++) {
    // As they come out of a record: each text is its own.
    const requestId = RequestId.make(Buffer.from(randomUUID()).toString("latin1"))
    const correlationId = CorrelationId.make(Buffer.from(randomUUID()).toString("latin1"))
    times.open(ITEM, { requestId, correlationId, dueAt: BASE + 600_000 + n }, after(n))
  }
  const bytes = (heap() - before) / HOLDS
  const started = performance.now()
  for (let second = 0; second < SECONDS; second++) {
    for (let look = 0; look < LOOKS; look++) times.over(after(HOLDS + second), HOLDS)
    times.overdueSince(BASE + HOLDS)
  }
  const share = (performance.now() - started) / (SECONDS * 1_000)
  const began = performance.now()
  const over = times.over(after(701_000), HOLDS).flatMap(({ orders }) => orders).length
  return { bytes, share, millis: performance.now() - began, over, left: times.size() }
}

process.stdout.write(JSON.stringify(measure()))
