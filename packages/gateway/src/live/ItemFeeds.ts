/** The feeds of all items with subscribers: each begins with its first subscriber and ends with its last. */
import type { ItemStore } from "@flash-sale/domain/ports/ItemStore"
import type { LiveEvents } from "@flash-sale/domain/ports/LiveEvents"
import type { ItemId } from "@flash-sale/domain/records/Ids"
import { Context, Effect, Layer, RcMap, type Scope } from "effect"
import type { PartitionCount } from "../guards/PartitionCount.ts"
import type { StoreBreaker } from "../guards/StoreBreaker.ts"
import * as ItemFeed from "./ItemFeed.ts"

export class ItemFeeds extends Context.Service<ItemFeeds, {
  /** The feed of an item, for as long as the scope is open. */
  readonly get: (itemId: ItemId) => Effect.Effect<ItemFeed.ItemFeed, never, Scope.Scope>
}>()("@flash-sale/gateway/live/ItemFeeds") {}

export const layer: Layer.Layer<ItemFeeds, never, LiveEvents | ItemStore | PartitionCount | StoreBreaker> = Layer
  .effect(
    ItemFeeds,
    Effect.map(RcMap.make({ lookup: ItemFeed.make }), (feeds) => ({ get: (itemId) => RcMap.get(feeds, itemId) }))
  )
