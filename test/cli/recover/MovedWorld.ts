/** A log with orders in every state, for a test that moves it to another topic. */
import { DeadLetters } from "@flash-sale/domain/ports/DeadLetters"
import { ItemStore } from "@flash-sale/domain/ports/ItemStore"
import { OrderLog } from "@flash-sale/domain/ports/OrderLog"
import { OrderStatuses } from "@flash-sale/domain/ports/OrderStatuses"
import { type Charge, PaymentProvider, PaymentUnknown } from "@flash-sale/domain/ports/PaymentProvider"
import { Command, CommandId } from "@flash-sale/domain/records/Command"
import { CorrelationId, ItemId, RequestId, UserId } from "@flash-sale/domain/records/Ids"
import * as LogRecord from "@flash-sale/domain/records/LogRecord"
import { home } from "@flash-sale/domain/records/Partition"
import type { KafkaSettings } from "@flash-sale/infra/kafka/client/KafkaSettings"
import { Effect, Layer, Schedule } from "effect"
import type { Admin } from "kafkajs"
import { administer } from "../../servers/KafkaAdmin.ts"

const often = Schedule.spaced("20 millis")

/** Items enough for several partitions of either number. */
export const ITEMS = Array.from({ length: 12 }, (_, n) => ItemId.make(`item-${n}`))
export const STOCK = 8
/** The orders of an item, by what becomes of them. */
export const KINDS = ["paid", "declined", "silent", "open", "cancelled", "turned", "late"] as const
export type Kind = typeof KINDS[number]

export const idOf = (itemId: ItemId, kind: Kind): RequestId => RequestId.make(`${kind}-${itemId}`)

export const place = (itemId: ItemId, kind: Kind, attempt = 1) =>
  LogRecord.encode(
    itemId,
    Command.Place({
      order: {
        requestId: idOf(itemId, kind),
        userId: UserId.make(`u-${kind}`),
        itemId,
        amount: kind === "turned" ? 100 : 1
      },
      attempt,
      acceptedAt: 1_000,
      correlationId: CorrelationId.make(`c-${kind}-${itemId}`)
    })
  )

const put = (itemId: ItemId, name: string, delta: number) =>
  LogRecord.encode(itemId, Command.Adjust({ adjustment: { command: CommandId.make(name), delta } }))

export const stock = (itemId: ItemId) => put(itemId, `first-${itemId}`, STOCK)

/** Charges by their keys, and what is answered to them. */
export const makeProvider = () => {
  const charged = new Map<string, number>()
  const answers = { open: "never" as "never" | "paid", silent: "unknown" as "unknown" | "paid" }
  const answerTo = ({ key, requestId }: Charge) => {
    if (requestId.startsWith("declined")) return Effect.succeed("declined" as const)
    if (requestId.startsWith("silent") && answers.silent === "unknown") {
      return Effect.fail(new PaymentUnknown({ key, detail: "no answer" }))
    }
    if (/^(?:open|cancelled)/.test(requestId) && answers.open === "never") return Effect.never
    return Effect.sync(() => {
      charged.set(key, (charged.get(key) ?? 0) + 1)
      return "paid" as const
    })
  }
  const layer = Layer.succeed(PaymentProvider, {
    charge: (charge) => Effect.suspend(() => answerTo(charge)),
    lookUp: () => Effect.succeed(undefined),
    void: () => Effect.void
  })
  return { charged, answers, layer }
}

/** Appends to each item stock and orders of all kinds but the last, and something that is no order. */
export const fill = Effect.gen(function*() {
  const log = yield* OrderLog
  yield* log.partitions
  yield* Effect.forEach(ITEMS, (itemId) =>
    Effect.gen(function*() {
      yield* log.append(stock(itemId))
      for (const kind of KINDS.slice(0, -1)) yield* log.append(place(itemId, kind as Kind))
      yield* log.append({ itemId, value: "{\"not an order", headers: { request_id: `poison-${itemId}` } })
    }), { concurrency: 4 })
})

export const statusOf = (requestId: RequestId) =>
  Effect.flatMap(
    OrderStatuses,
    (statuses) =>
      Effect.map(statuses.read(requestId), (found) =>
        found._tag === "Kept" ? `${found.record.attempt} ${found.record.status}` : found._tag)
  )

export const untilStatus = (requestId: RequestId, wanted: string) =>
  Effect.repeat(statusOf(requestId), { schedule: often, until: (status) => status === wanted })

/** The status of every order. */
export const statuses = Effect.map(
  Effect.forEach(ITEMS, (itemId) => Effect.forEach(KINDS, (kind) => statusOf(idOf(itemId, kind)))),
  (all) => all.flat()
)

/** Open letters by what they are about: their ids change with the topic. */
export const letters = Effect.gen(function*() {
  const port = yield* DeadLetters
  const open = yield* Effect.retry(port.list(1_000), often)
  return open.map(({ attempt, correlationId, error, key }) => `${error} ${key} ${attempt} ${correlationId}`).toSorted()
})

/** The units of an item. */
export const unitsOf = (itemId: ItemId) =>
  Effect.gen(function*() {
    const log = yield* OrderLog
    const store = yield* ItemStore
    const { available, held, sold, stocked } = yield* Effect.retry(
      store.read(home(itemId, yield* log.partitions), itemId),
      often
    )
    return { available, held, sold, stocked }
  })

export const counts = Effect.forEach(ITEMS, unitsOf)

const ask = <A>(address: string, question: (admin: Admin) => Promise<A>) =>
  Effect.promise(() => administer(address, question))

/** Waits until a processor is in the group. */
export const untilMember = (address: string, group: string) =>
  Effect.repeat(ask(address, (admin) => admin.describeGroups([group])), {
    schedule: often,
    until: ({ groups }) => groups.some(({ members }) => members.length > 0)
  })

/** Waits until everything is committed, what is forwarded as well. */
export const untilForwarded = (address: string, { group, ordersTopic }: KafkaSettings) =>
  Effect.repeat(
    ask(address, async (admin) => {
      const ends = await admin.fetchTopicOffsets(ordersTopic)
      const [committed] = await admin.fetchOffsets({ groupId: group, topics: [ordersTopic] })
      const at = new Map(committed?.partitions.map(({ offset, partition }) => [partition, Number(offset)]))
      return ends.every(({ high, partition }) => Number(high) === Math.max(0, at.get(partition) ?? 0))
    }),
    { schedule: often, until: (isDone) => isDone }
  )
