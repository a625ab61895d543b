/** All that Redis holds of an item: for operators' commands that compare and repair. */
import { type AcceptedLog, MarkMoved, StoreUnavailable } from "@flash-sale/domain/ports/ItemStore"
import { type Clearing, StoredItems } from "@flash-sale/domain/ports/StoredItems"
import { ItemId } from "@flash-sale/domain/records/Ids"
import { NOTHING_FOLDED, type PartitionId } from "@flash-sale/domain/records/Partition"
import { Effect, Layer, Option, Schema } from "effect"
import { IoRedis, unavailable } from "./IoRedis.ts"
import * as Keys from "./Keys.ts"
import * as RedisClient from "./RedisClient.ts"
import * as RedisItemDump from "./RedisItemDump.ts"
import { Scripts } from "./Scripts.ts"

/** Entries that one call reads: a few milliseconds of Redis. A larger item is read in pieces. */
const READ_AT_ONCE = 20_000
/** Entries of one piece. */
const PIECE = 2_000
/** How often an item is read in pieces, as it may be folded on in between, before Redis is kept for all of it at once. */
const QUIET_TRIES = 3
/** Names of an index that one call reads. */
const NAMES_AT_ONCE = 1_000

/** Of a command that failed the client gives the error and nothing else. */
const Pipelined = Schema.NullOr(Schema.Array(Schema.Tuple([Schema.Unknown, Schema.optionalKey(Schema.Unknown)])))
const position = Schema.decodeUnknownOption(Schema.FiniteFromString)

const make = Effect.gen(function*() {
  const redis = yield* IoRedis
  const scripts = yield* Scripts
  const use: IoRedis["Service"]["use"] = (command) => redis.use(command)

  const items = Effect.fnUntraced(function*(partition: PartitionId) {
    const found = new Set<ItemId>()
    let cursor = "0"
    do {
      const [next, names] = yield* use((client) => client.sscan(Keys.items(partition), cursor, "COUNT", NAMES_AT_ONCE))
      for (const name of names) found.add(ItemId.make(name))
      cursor = next
    } while (cursor !== "0")
    return [...found]
  }, Effect.mapError(unavailable))

  const positions = Effect.fnUntraced(function*(partition: PartitionId, itemIds: ReadonlyArray<ItemId>) {
    const replies = yield* use((client) => {
      const pipeline = client.pipeline()
      for (const itemId of itemIds) pipeline.hget(Keys.meta(itemId), `pos:${partition}`)
      return pipeline.exec()
    })
    const decoded = yield* Effect.orDie(Schema.decodeUnknownEffect(Pipelined)(replies))
    if (decoded === null || decoded.length !== itemIds.length) {
      return yield* new StoreUnavailable({ detail: "the positions did not come" })
    }
    return decoded.map(([, text]) => Option.getOrElse(position(text), () => NOTHING_FOLDED))
  }, Effect.mapError(unavailable))

  const readAtOnce = (partition: PartitionId, itemId: ItemId, most: number) =>
    Effect.mapError(scripts.dumpItem([Keys.items(partition), ...keysOf(itemId)], [itemId, String(most)]), unavailable)

  const scanned = Effect.fnUntraced(function*(key: string, kind: "hash" | "ring") {
    const all: Array<string> = []
    let cursor = "0"
    do {
      const [next, some] = yield* use((client) =>
        kind === "hash" ? client.hscan(key, cursor, "COUNT", PIECE) : client.zscan(key, cursor, "COUNT", PIECE)
      )
      for (const text of some) all.push(text)
      cursor = next
    } while (cursor !== "0")
    return ["", all] as const
  }, (effect) => Effect.catchTag(effect, "WrongContent", ({ detail }) => Effect.succeed([detail] as const)))

  /** Whole where nobody folded it meanwhile: its head is then the same before and after. */
  const readInPieces = Effect.fnUntraced(function*(partition: PartitionId, itemId: ItemId) {
    const [, ...before] = yield* readAtOnce(partition, itemId, -1)
    const parts = [
      yield* scanned(Keys.orders(itemId), "hash"),
      yield* scanned(Keys.untold(itemId), "hash"),
      yield* scanned(Keys.turned(itemId), "ring"),
      yield* scanned(Keys.buyers(itemId), "hash"),
      yield* scanned(Keys.commands(itemId), "ring")
    ]
    const [, ...after] = yield* readAtOnce(partition, itemId, -1)
    return JSON.stringify(before) === JSON.stringify(after) ? [...before, ...parts] : undefined
  }, Effect.mapError(unavailable))

  const read = Effect.fnUntraced(function*(partition: PartitionId, itemId: ItemId) {
    const [size, ...parts] = yield* readAtOnce(partition, itemId, READ_AT_ONCE)
    if (size === "item") return RedisItemDump.of(partition, itemId, parts)
    for (let tried = 0; tried < QUIET_TRIES; tried++) {
      const found = yield* readInPieces(partition, itemId)
      if (found !== undefined) return RedisItemDump.of(partition, itemId, found)
    }
    const [, ...all] = yield* readAtOnce(partition, itemId, Number.MAX_SAFE_INTEGER)
    return RedisItemDump.of(partition, itemId, all)
  })

  const clear = Effect.fnUntraced(
    function*(
      partition: PartitionId,
      epoch: string | undefined,
      clearings: ReadonlyArray<Clearing>,
      accepted?: AcceptedLog
    ) {
      const shared = [Keys.mark(partition), Keys.repairs, Keys.items(partition)]
      const keys = [...shared, ...clearings.flatMap(({ itemId }) => keysOf(itemId))]
      const note = accepted === undefined ? ["", ""] : [String(accepted.from), String(accepted.told)]
      const named = clearings.flatMap(({ itemId, seq, why }) => [itemId, String(seq), why])
      const clearing = scripts.clearItems(keys, [epoch ?? "", String(partition), ...note, ...named])
      const reply = yield* Effect.mapError(clearing, unavailable)
      if (reply === "moved") return yield* new MarkMoved({ partition })
    }
  )

  return StoredItems.of({
    location: `Redis at ${RedisClient.placeOf(redis.settings)}`,
    isEmpty: Effect.mapError(Effect.map(use((client) => client.dbsize()), (keys) => keys === 0), unavailable),
    items,
    positions,
    read,
    clear
  })
})

/** In the order of `dump_item.lua` and of `clear_items.lua`. */
const keysOf = (itemId: ItemId): ReadonlyArray<string> => [
  Keys.inventory(itemId),
  Keys.meta(itemId),
  Keys.orders(itemId),
  Keys.untold(itemId),
  Keys.turned(itemId),
  Keys.buyers(itemId),
  Keys.commands(itemId)
]

export const layer: Layer.Layer<StoredItems, never, IoRedis | Scripts> = Layer.effect(StoredItems, make)
