/** Compares an archive with the log, order by order: what is in it is what the log tells, and nothing else. */
import type { ArchivedOrder } from "@flash-sale/domain/archive/ArchivedOrder"
import * as OrderFold from "@flash-sale/domain/archive/OrderFold"
import { type ArchiveCursor, MAX_PAGE } from "@flash-sale/domain/archive/Questions"
import * as CloudEvent from "@flash-sale/domain/events/CloudEvent"
import type { TurnedAway } from "@flash-sale/domain/events/EventsOf"
import { Archive } from "@flash-sale/domain/ports/Archive"
import { LogReader } from "@flash-sale/domain/ports/LogReader"
import { PartitionId } from "@flash-sale/domain/records/Partition"
import { Effect, Result, Stream } from "effect"
import { isDeepStrictEqual } from "node:util"
import * as LogOracle from "./LogOracle.ts"

const nameOf = ({ itemId, requestId }: Pick<ArchivedOrder, "itemId" | "requestId">): string => `${itemId}/${requestId}`

/** The orders that the log tells of, by name. */
const expected = Effect.fnUntraced(function*(turnedAway: TurnedAway) {
  const reader = yield* LogReader
  const partitions = yield* reader.partitions
  const facts = new Map<string, Array<OrderFold.OrderFact>>()
  for (let index = 0; index < partitions; index++) {
    const partition = PartitionId.make(index)
    const { end, start } = yield* reader.bounds(partition)
    const records = (yield* Stream.runCollect(reader.read(partition, start, end))).flat()
    for (const { event } of LogOracle.told(records, partitions, turnedAway)) {
      const read = Result.getOrThrow(CloudEvent.read(CloudEvent.write(event)))
      if (!("requestId" in read.data)) continue
      const fact = { partition, event: read as OrderFold.OrderFact["event"] }
      const name = nameOf(read.data)
      facts.set(name, [...(facts.get(name) ?? []), fact])
    }
  }
  return new Map([...facts].map(([name, some]) => {
    const { acceptedAt: _, ...order } = OrderFold.of(some)!
    const due = some.filter(({ event }) => event.type === "order.refund_due").map(({ event }) => event.id).toSorted()
    return [name, { ...order, due }]
  }))
})

const archived = Effect.gen(function*() {
  const { orders } = yield* Archive
  const found = new Map<string, Omit<ArchivedOrder, "refundsDue"> & { readonly due: ReadonlyArray<string> }>()
  let from: ArchiveCursor | undefined
  do {
    const page = yield* orders({}, from, MAX_PAGE)
    for (const { refundsDue, ...order } of page.entries) {
      found.set(nameOf(order), { ...order, due: refundsDue.map(({ eventId }) => eventId).toSorted() })
    }
    from = page.next
  } while (from !== undefined)
  return found
})

export interface Audit {
  readonly orders: number
  /** What differs, a line each. */
  readonly differences: ReadonlyArray<string>
}

export const run = Effect.fnUntraced(function*(turnedAway: TurnedAway) {
  const [log, archive] = [yield* expected(turnedAway), yield* archived]
  const names = new Set([...log.keys(), ...archive.keys()])
  const differences = [...names].filter((name) => !isDeepStrictEqual(log.get(name), archive.get(name)))
    .map((name) => `${name}: log ${JSON.stringify(log.get(name))}, archive ${JSON.stringify(archive.get(name))}`)
  return { orders: log.size, differences } satisfies Audit
})
