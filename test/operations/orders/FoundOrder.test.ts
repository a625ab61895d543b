/** Which item an order is of, where nobody names it. */
import { assert, describe, it } from "@effect/vitest"
import { ArchiveUnavailable } from "@flash-sale/domain/ports/Archive"
import { OrderLog } from "@flash-sale/domain/ports/OrderLog"
import { OrderStatuses, type StatusLookup } from "@flash-sale/domain/ports/OrderStatuses"
import { ItemId, RequestId } from "@flash-sale/domain/records/Ids"
import * as FoundOrder from "@flash-sale/operations/orders/FoundOrder"
import { Effect, Layer } from "effect"
import * as TestArchive from "../../archive/TestArchive.ts"

const requestId = RequestId.make("r-1")
const mug = ItemId.make("mug")

const locate = (archive: Partial<TestArchive.State> | undefined, lookup: StatusLookup, named?: ItemId) => {
  const located = FoundOrder.locate(requestId, named).pipe(
    Effect.map(({ itemId }): string => itemId),
    Effect.catch((error) => Effect.succeed<string>(error._tag)),
    Effect.provide([
      Layer.mock(OrderStatuses, { read: () => Effect.succeed(lookup) }),
      Layer.mock(OrderLog, { partitions: Effect.succeed(4), offer: () => undefined })
    ])
  )
  return archive === undefined ? located : Effect.provide(located, TestArchive.layer(TestArchive.state(archive)))
}

const unknown: StatusLookup = { _tag: "Unknown" }
const leased: StatusLookup = { _tag: "Leased", fingerprint: "alice:101:1" }
const one = { orders: [TestArchive.order({ itemId: mug })] }
const two = { orders: [TestArchive.order({ itemId: mug }), TestArchive.order()] }
/** A payment that a shop sent for another item made no order there. */
const paidElsewhere = {
  orders: [TestArchive.order({ itemId: mug }), TestArchive.order({ itemId: ItemId.make("cap"), step: 0 })]
}
const away = { before: Effect.fail(new ArchiveUnavailable({ detail: "away" })) }

describe("FoundOrder.locate, where the status is no longer kept", () => {
  for (
    const [what, archive, lookup, named, expected] of [
      ["one item has it in the archive", one, unknown, undefined, "mug"],
      ["several have", two, unknown, undefined, "UnknownOrder"],
      ["several have, and one is named", two, unknown, ItemId.make("101"), "101"],
      ["none has", {}, unknown, undefined, "UnknownOrder"],
      ["another item has a payment alone", paidElsewhere, unknown, undefined, "mug"],
      ["there is no archive", undefined, unknown, undefined, "UnknownOrder"],
      ["the archive is away", away, unknown, undefined, "StoreUnavailable"],
      ["the archive is away, and the item is named", away, unknown, mug, "mug"],
      ["it is being placed", one, leased, undefined, "OrderUndecided"]
    ] as const
  ) {
    it.effect(`${what}: ${expected}`, () =>
      Effect.gen(function*() {
        assert.strictEqual(yield* locate(archive, lookup, named), expected)
      }))
  }
})
