/** Reading what items in Redis know of single orders: of one by its request id, and of those that are open. */
import { type FoundOpen, OpenCursor, type OpenPage, type OrderKnown } from "@flash-sale/domain/ports/ItemReads"
import { ItemDamaged, type ItemStore } from "@flash-sale/domain/ports/ItemStore"
import type { StoreUnavailable } from "@flash-sale/domain/ports/StoreUnavailable"
import { isRequestId, type ItemId, type RequestId } from "@flash-sale/domain/records/Ids"
import { NOTHING_FOLDED, type PartitionId } from "@flash-sale/domain/records/Partition"
import { Effect } from "effect"
import type { WrongContent } from "./client/WrongContent.ts"
import * as Keys from "./Keys.ts"
import type { Scripts } from "./Scripts.ts"
import * as CheckoutText from "./wire/CheckoutText.ts"
import * as EntryText from "./wire/EntryText.ts"
import { whole } from "./wire/Whole.ts"

/** Where a scan ends, and begins. */
const EDGE = "0"
/** What one open order has in the answer. */
const PARTS = 3

type Faults = (itemId: ItemId) => (error: StoreUnavailable | WrongContent) => StoreUnavailable | ItemDamaged

/** What a text holds; undefined where there is none. Fails where the scripts cannot have written it. */
const part = <A>(
  itemId: ItemId,
  text: string,
  read: (text: string) => A | undefined
): Effect.Effect<A | undefined, ItemDamaged> => {
  const found = text === "" ? undefined : read(text)
  return found === undefined && text !== ""
    ? Effect.fail(new ItemDamaged({ itemId, detail: `an entry cannot be read: ${text}` }))
    : Effect.succeed(found)
}

export const make = (
  scripts: Scripts["Service"],
  damaged: Faults
): Pick<ItemStore["Service"], "readOrder" | "openOrders"> => {
  const readOrder = Effect.fnUntraced(function*(partition: PartitionId, itemId: ItemId, requestId: RequestId) {
    const keys = [Keys.mark(partition), Keys.meta(itemId), Keys.orders(itemId), Keys.open(itemId), Keys.due(itemId)]
    const reply = yield* Effect.mapError(scripts.readOrder(keys, [String(partition), requestId]), damaged(itemId))
    const [position, isMarked, order, open, due] = reply
    return {
      position: (yield* part(itemId, position, whole)) ?? NOTHING_FOLDED,
      isComplete: isMarked === "1",
      order: yield* part(itemId, order, EntryText.order),
      open: yield* part(itemId, open, CheckoutText.open),
      refundsDue: (yield* part(itemId, due, CheckoutText.dues)) ?? []
    } satisfies OrderKnown
  })

  const openOrders = Effect.fnUntraced(
    function*(_: PartitionId, itemId: ItemId, from: OpenCursor | undefined, limit: number) {
      const keys = [Keys.open(itemId), Keys.orders(itemId)]
      const reply = yield* Effect.mapError(scripts.openOrders(keys, [from ?? EDGE, String(limit)]), damaged(itemId))
      const [next = EDGE, ...texts] = reply
      const orders: Array<FoundOpen> = []
      for (let at = 0; at < texts.length; at += PARTS) {
        const [requestId = "", openText = "", orderText = ""] = texts.slice(at, at + PARTS)
        const open = yield* part(itemId, openText, CheckoutText.open)
        const order = yield* part(itemId, orderText, EntryText.order)
        if (open === undefined || order === undefined || !isRequestId(requestId)) {
          return yield* new ItemDamaged({ itemId, detail: `the open order ${requestId} is not in the ledger` })
        }
        orders.push({ requestId, order, open })
      }
      return { orders, next: next === EDGE ? undefined : OpenCursor.make(next) } satisfies OpenPage
    }
  )

  return { readOrder, openOrders }
}
