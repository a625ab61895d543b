/** Reads all keys of an item: a small item at once, and a large one in pieces, so that Redis does not stand still. */
import type { ItemId } from "@flash-sale/domain/records/Ids"
import type { PartitionId } from "@flash-sale/domain/records/Partition"
import { Effect } from "effect"
import { scanAll } from "./client/ScanAll.ts"
import { unavailable } from "./client/WrongContent.ts"
import { IoRedis } from "./IoRedis.ts"
import * as Keys from "./Keys.ts"
import * as RedisItemDump from "./RedisItemDump.ts"
import { Scripts } from "./Scripts.ts"

/** Entries that one call reads: a few milliseconds of Redis. A larger item is read in pieces. */
const READ_AT_ONCE = 20_000
/** Entries of one piece. */
const PIECE = 2_000
/** How often an item is read in pieces, as it may be folded in between, before it is read at once and Redis waits. */
const QUIET_TRIES = 3

/** The reader: fails with `StoreUnavailable`; what is damaged is part of the dump. */
export const make = Effect.gen(function*() {
  const redis = yield* IoRedis
  const scripts = yield* Scripts
  const use: IoRedis["Service"]["use"] = (command) => redis.use(command)

  const readAtOnce = (partition: PartitionId, itemId: ItemId, most: number) =>
    scripts.dumpItem([Keys.items(partition), ...Keys.ofItem(itemId)], [itemId, String(most)]).pipe(
      Effect.mapError(unavailable)
    )

  const scanned = Effect.fnUntraced(function*(key: string, kind: "hash" | "ring") {
    const all = yield* scanAll((cursor) =>
      use((client) =>
        kind === "hash" ? client.hscan(key, cursor, "COUNT", PIECE) : client.zscan(key, cursor, "COUNT", PIECE)
      )
    )
    return ["", all] as const
  }, (effect) => Effect.catchTag(effect, "WrongContent", ({ detail }) => Effect.succeed([detail] as const)))

  /** Undefined where it was folded in between: then its head is not the same before and after. */
  const readInPieces = Effect.fnUntraced(function*(partition: PartitionId, itemId: ItemId) {
    const [, ...before] = yield* readAtOnce(partition, itemId, -1)
    const parts = [
      yield* scanned(Keys.orders(itemId), "hash"),
      yield* scanned(Keys.untold(itemId), "hash"),
      yield* scanned(Keys.turned(itemId), "ring"),
      yield* scanned(Keys.buyers(itemId), "hash"),
      yield* scanned(Keys.commands(itemId), "ring"),
      yield* scanned(Keys.open(itemId), "hash"),
      yield* scanned(Keys.due(itemId), "hash")
    ]
    const [, ...after] = yield* readAtOnce(partition, itemId, -1)
    return JSON.stringify(before) === JSON.stringify(after) ? [...before, ...parts] : undefined
  }, Effect.mapError(unavailable))

  return Effect.fnUntraced(function*(partition: PartitionId, itemId: ItemId) {
    const [size, ...parts] = yield* readAtOnce(partition, itemId, READ_AT_ONCE)
    if (size === "item") return RedisItemDump.of(partition, itemId, parts)
    for (let tried = 0; tried < QUIET_TRIES; tried++) {
      const found = yield* readInPieces(partition, itemId)
      if (found !== undefined) return RedisItemDump.of(partition, itemId, found)
    }
    const [, ...all] = yield* readAtOnce(partition, itemId, Number.MAX_SAFE_INTEGER)
    return RedisItemDump.of(partition, itemId, all)
  })
})
