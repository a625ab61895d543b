/** What the store is asked about single orders, and about names, a page after the other. */
import {
  NamesCursor,
  type NamesPage,
  OpenCursor,
  type OpenPage,
  type OrderKnown
} from "@flash-sale/domain/ports/ItemReads"
import { type ItemStore } from "@flash-sale/domain/ports/ItemStore"
import type { ItemId, RequestId } from "@flash-sale/domain/records/Ids"
import { home } from "@flash-sale/domain/records/Partition"
import * as Outcome from "@flash-sale/domain/rules/Outcome"
import { Effect, HashMap, Option } from "effect"
import { PARTITIONS } from "./SimulatedLog.ts"
import type { State } from "./StoreState.ts"

/** Before the name in a cursor. */
const PLACE = "0:"

export const reads = (state: State): Pick<ItemStore["Service"], "names" | "openOrders" | "readOrder"> => {
  const read = <A>(answer: () => A) => state.ask(() => Effect.sync(answer), undefined, "read")

  const orderOf = (partition: number, itemId: ItemId, requestId: RequestId): OrderKnown => {
    const { item, position } = state.folded(itemId)
    const order = Option.getOrUndefined(HashMap.get(item.orders, requestId))
    return { position, isComplete: state.isWhole(partition), order, ...Outcome.keptOf(item, requestId) }
  }

  const openOf = (itemId: ItemId, after: string, limit: number): OpenPage => {
    const { item } = state.folded(itemId)
    const page = HashMap.toEntries(item.open).filter(([requestId]) => requestId > after)
      .toSorted(([one], [other]) => one < other ? -1 : 1).slice(0, limit)
    const orders = page.map(([requestId, open]) => ({
      requestId,
      order: HashMap.getUnsafe(item.orders, requestId),
      open
    }))
    const last = orders.at(-1)
    return { orders, next: orders.length < limit || last === undefined ? undefined : OpenCursor.make(last.requestId) }
  }

  const namesOf = (partition: number, after: string, limit: number): NamesPage => {
    const itemIds = [...state.now().items.keys()].filter((itemId) =>
      home(itemId, PARTITIONS) === partition && itemId > after
    ).toSorted().slice(0, limit)
    return { itemIds, next: itemIds.length < limit ? undefined : NamesCursor.make(`${PLACE}${itemIds.at(-1)}`) }
  }

  return {
    names: (partition, from, limit) => read(() => namesOf(partition, from?.slice(PLACE.length) ?? "", limit)),
    readOrder: (partition, itemId, requestId) => read(() => orderOf(partition, itemId, requestId)),
    openOrders: (_, itemId, from, limit) => read(() => openOf(itemId, from ?? "", limit))
  }
}
