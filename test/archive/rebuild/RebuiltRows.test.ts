/** An empty archive that is rebuilt has the rows of one that has read all that was told: of each hard case, by name. */
import { assert, describe, it } from "@effect/vitest"
import * as CloudEvent from "@flash-sale/domain/events/CloudEvent"
import { Archive, ArchiveWriter } from "@flash-sale/domain/ports/Archive"
import { PaymentReference } from "@flash-sale/domain/records/checkout/Reference"
import { Command, RULES_VERSION } from "@flash-sale/domain/records/Command"
import { CorrelationId, ItemId, RequestId, UserId } from "@flash-sale/domain/records/Ids"
import { Offset } from "@flash-sale/domain/records/Partition"
import * as ArchiveLayers from "@flash-sale/infra/archive/ArchiveLayers"
import * as ArchiveFile from "@flash-sale/infra/archive/databases/ArchiveFile"
import { Effect, Result } from "effect"
import { join } from "node:path"
import { DatabaseSync } from "node:sqlite"
import { giveUp } from "../../domain/ItemCommands.ts"
import * as Folders from "../../infra/sqlite/Folders.ts"
import * as LogOracle from "../LogOracle.ts"
import * as TestLog from "../TestLog.ts"
import { type ItemCommand, type Log, place, run, settle, stock } from "./Rebuilding.ts"

const { PARTITIONS, partition, recordsOf } = TestLog
const name = (requestId: string) => ({ requestId: RequestId.make(requestId) })
const trace = { correlationId: CorrelationId.make("c") }

const hold = (item: string, request: string): ItemCommand => [
  item,
  Command.Hold({
    order: { ...name(request), userId: UserId.make("u"), itemId: ItemId.make(item), amount: 1, holdSeconds: 60 },
    acceptedAt: 0,
    ...trace
  }) as TestLog.Encodable
]
const paidBy = (item: string, request: string, reference: string, user = "u"): ItemCommand => [
  item,
  Command.Confirm({
    ...name(request),
    userId: UserId.make(user),
    at: 1_000,
    reference: PaymentReference.make(reference),
    ...trace
  }) as TestLog.Encodable
]
const confirm = (item: string, request: string): ItemCommand => [
  item,
  Command.Confirm({ ...name(request), userId: UserId.make("u"), at: 1_000, ...trace }) as TestLog.Encodable
]
const expire = (item: string, request: string): ItemCommand => [
  item,
  Command.Expire({ at: 61_000, orders: [{ ...name(request), attempt: 1, ...trace }] }) as TestLog.Encodable
]
const refund = (item: string, request: string, restock: boolean): ItemCommand => [
  item,
  Command.Refund({ ...name(request), attempt: 1, restock, ...trace }) as TestLog.Encodable
]

const cancel = (item: string, request: string): ItemCommand => [
  item,
  Command.Cancel({ ...name(request), attempt: 1 })
]

/** Who tells of a refund may have the record of the order at hand, or not: then it knows less of its acceptance. */
const withoutAcceptance = (row: Readonly<Record<string, unknown>>) =>
  row["type"] === "order.refunded" || row["type"] === "order.refund_requested"
    ? { ...row, body: String(row["body"]).replace(/"accepted_at":"[^"]*",/u, "") }
    : row

const withoutNumber = ({ n: _, ...row }: Record<string, unknown>) => row

/** The rows of an archive but for their own numbers, which say when they came. */
const rowsIn = (folder: string) => {
  const database = new DatabaseSync(join(folder, ArchiveFile.FILE_NAME), { readOnly: true })
  try {
    const all = (sql: string) => database.prepare(sql).all().map(withoutNumber)
    return {
      orders: all("SELECT * FROM archive_orders ORDER BY request_id, item_id"),
      entries: all("SELECT * FROM archive_entries ORDER BY partition, sequence, id, item_id, request_id")
        .map(withoutAcceptance),
      refused: all("SELECT * FROM archive_refused ORDER BY item_id")
    }
  } finally {
    database.close()
  }
}

/** Takes in what processors have told of the log, of which they have told everything; in batches, as they come. */
const consume = (log: Log) =>
  Effect.gen(function*() {
    const { record } = yield* ArchiveWriter
    const events = LogOracle.told(log, PARTITIONS, "told")
    for (const [n, { event }] of events.entries()) {
      const text = CloudEvent.write(event)
      const told = { event: Result.getOrThrow(CloudEvent.read(text)), text }
      const next = Offset.make(n + 1)
      yield* record({
        source: "order-events",
        partition,
        events: [told],
        letters: [],
        handlings: [],
        next,
        told: n + 1 === events.length ? Offset.make(log.length) : undefined
      })
    }
  })

/** What the archive answers of its orders, a line each. */
const shown = Effect.gen(function*() {
  const { orders, sums } = yield* Archive
  const { entries } = yield* orders({}, undefined, 100)
  const lines = entries.map(({ attempt, itemId, paymentReference, refundsDue, requestId, status, userId }) =>
    [
      `${itemId}/${requestId} of ${userId}: ${status}, attempt ${attempt}`,
      ...(paymentReference === undefined ? [] : [`paid by ${paymentReference}`]),
      ...refundsDue.map((due) => `due ${due.reference} to ${due.userId}`)
    ].join(", ")
  )
  const counted: Array<string> = []
  for (const item of ["101", "102"]) {
    const { refused } = yield* sums(ItemId.make(item))
    if (refused !== undefined) counted.push(`${item} refused ${JSON.stringify(refused)}`)
  }
  return [...lines, ...counted].toSorted()
})

/** Fills an archive in this way. Gives its rows and answers. */
const filled = <E>(fill: Effect.Effect<unknown, E, ArchiveWriter | Archive>) =>
  Effect.gen(function*() {
    const folder = yield* Folders.temporary
    const answers = yield* Effect.andThen(fill, shown).pipe(Effect.provide(ArchiveLayers.layerFile(folder)))
    return { answers, rows: rowsIn(folder) }
  }).pipe(Effect.scoped)

const rules: TestLog.Encodable = Command.Rules({ version: RULES_VERSION })
const stocked: ReadonlyArray<ItemCommand> = [
  ["101", rules],
  ["102", rules],
  stock("101", 10),
  stock("102", 10)
]

interface Case {
  readonly log: Log
  readonly expected: ReadonlyArray<string>
}

const CASES: Readonly<Record<string, Case>> = {
  "a dead letter that is replayed, and completed by its second attempt": {
    log: recordsOf([
      ...stocked,
      place("101", "r"),
      ["101", giveUp("r") as TestLog.Encodable],
      settle("101", "r", "voided"),
      place("101", "r", { attempt: 2 }),
      settle("101", "r", "paid", 2)
    ]),
    expected: ["101/r of u: COMPLETED, attempt 2"]
  },
  "a request id that is used again by another buyer, and for another amount": {
    log: recordsOf([
      ...stocked,
      place("101", "r"),
      place("101", "r", { user: "thief" }),
      settle("101", "r", "paid"),
      place("101", "r", { amount: 5 }),
      place("101", "r", { user: "thief", attempt: 2 })
    ]),
    expected: ["101/r of u: COMPLETED, attempt 1"]
  },
  "orders that a person has cancelled while they were paid, and given back once they were": {
    log: recordsOf([
      ...stocked,
      place("101", "cancelled"),
      cancel("101", "cancelled"),
      settle("101", "cancelled", "voided"),
      place("101", "waits"),
      cancel("101", "waits"),
      place("101", "refunded"),
      settle("101", "refunded", "paid"),
      refund("101", "refunded", true),
      refund("101", "refunded", true),
      settle("101", "refunded", "voided"),
      place("101", "refunding"),
      settle("101", "refunding", "paid"),
      refund("101", "refunding", false)
    ]),
    // Of an order that is told once it has ended nothing is known before.
    expected: [
      "101/cancelled of u: CANCELLED, attempt 1",
      "101/refunded of u: REFUNDED, attempt 1",
      "101/refunding of u: COMPLETED, attempt 1"
    ]
  },
  "one request id on two items": {
    log: recordsOf([
      ...stocked,
      place("101", "r"),
      place("102", "r", { user: "other" }),
      settle("102", "r", "declined"),
      settle("101", "r", "paid")
    ]),
    expected: ["101/r of u: COMPLETED, attempt 1", "102/r of other: FAILED_PAYMENT, attempt 1"]
  },
  "a payment of another buyer, of which the refund is due": {
    log: recordsOf([
      ...stocked,
      hold("101", "r"),
      paidBy("101", "r", "pay-1", "other"),
      paidBy("101", "r", "pay-2"),
      paidBy("101", "nobody", "pay-3", "other")
    ]),
    // A payment alone is no order of a list; its row is there.
    expected: ["101/r of u: COMPLETED, attempt 1, paid by pay-2, due pay-1 to other"]
  },
  "holds that are confirmed, expired and refunded": {
    log: recordsOf([
      ...stocked,
      ...["open", "confirmed", "paid", "expired", "refunded", "restocked"].map((one) => hold("101", one)),
      confirm("101", "confirmed"),
      confirm("101", "paid"),
      settle("101", "paid", "paid"),
      expire("101", "expired"),
      confirm("101", "refunded"),
      settle("101", "refunded", "paid"),
      refund("101", "refunded", false),
      settle("101", "refunded", "voided"),
      confirm("101", "restocked"),
      settle("101", "restocked", "paid"),
      refund("101", "restocked", true),
      settle("101", "restocked", "voided")
    ]),
    expected: [
      "101/confirmed of u: RESERVED, attempt 1",
      "101/expired of u: EXPIRED, attempt 1",
      "101/open of u: RESERVED, attempt 1",
      "101/paid of u: COMPLETED, attempt 1",
      "101/refunded of u: REFUNDED, attempt 1",
      "101/restocked of u: REFUNDED, attempt 1"
    ]
  },
  "orders that are turned away": {
    log: recordsOf([
      ...stocked,
      place("101", "a", { amount: 10 }),
      place("101", "b"),
      place("101", "c"),
      place("102", "b"),
      settle("102", "b", "declined"),
      settle("101", "a", "paid")
    ]),
    expected: [
      "101 refused {\"sold_out\":2}",
      "101/a of u: COMPLETED, attempt 1",
      "101/b of u: FAILED_SOLD_OUT, attempt 1",
      "101/c of u: FAILED_SOLD_OUT, attempt 1",
      "102/b of u: FAILED_PAYMENT, attempt 1"
    ]
  }
}

describe("an empty archive that is rebuilt equals one that has read all, row by row", () => {
  for (const [title, { expected, log }] of Object.entries(CASES)) {
    it.effect(title, () =>
      Effect.gen(function*() {
        const consumed = yield* filled(consume(log))
        assert.deepStrictEqual(consumed.answers, expected)
        assert.deepStrictEqual(yield* filled(run(log)), consumed)
        assert.deepStrictEqual(yield* filled(Effect.andThen(consume(log), run(log))), consumed)
      }))
  }
})

describe("an archive of a log that was cut and accepted", () => {
  /** The last four records are lost, and others are written in the place of the first two of them. */
  const kept = [...stocked, place("101", "a", { amount: 9 }), place("101", "b", { amount: 2 })]
  const lost = recordsOf([
    ...kept,
    settle("101", "a", "paid"),
    place("101", "gone", { user: "other" }),
    place("101", "full"),
    place("102", "a")
  ])
  const cut = recordsOf(kept)
  const continued = recordsOf([...kept, place("101", "found"), settle("101", "a", "declined"), hold("102", "r")])

  it.effect("has the rows of what is left", () =>
    Effect.gen(function*() {
      const consumed = yield* filled(consume(cut))
      assert.deepStrictEqual(consumed.answers, [
        "101 refused {\"sold_out\":1}",
        "101/b of u: FAILED_SOLD_OUT, attempt 1"
      ])
      assert.deepStrictEqual(yield* filled(run(cut)), consumed)
      assert.deepStrictEqual(yield* filled(Effect.andThen(consume(lost), run(cut))), consumed)
    }))

  it.effect("has the rows of what was written since", () =>
    Effect.gen(function*() {
      const consumed = yield* filled(consume(continued))
      assert.deepStrictEqual(consumed.answers, [
        "101 refused {\"sold_out\":1}",
        "101/a of u: FAILED_PAYMENT, attempt 1",
        "101/b of u: FAILED_SOLD_OUT, attempt 1",
        "102/r of u: RESERVED, attempt 1"
      ])
      assert.deepStrictEqual(yield* filled(run(continued)), consumed)
      assert.deepStrictEqual(yield* filled(Effect.andThen(consume(lost), run(continued))), consumed)
    }))

  it.effect("keeps its counts where orders are retired", () =>
    Effect.gen(function*() {
      const { answers } = yield* filled(Effect.gen(function*() {
        yield* consume(lost)
        yield* run(continued)
        const { retire } = yield* ArchiveWriter
        assert.strictEqual(yield* retire(2_000_000, 100), 2)
      }))
      assert.deepStrictEqual(answers, ["101 refused {\"sold_out\":1}", "102/r of u: RESERVED, attempt 1"])
    }))
})
