/** All that Redis holds of an item: for operators' commands that compare and repair. */
import { type AcceptedLog, MarkMoved } from "@flash-sale/domain/ports/RecoveryMarks"
import { type Clearing, StoredItems } from "@flash-sale/domain/ports/StoredItems"
import { StoreUnavailable } from "@flash-sale/domain/ports/StoreUnavailable"
import { ItemId } from "@flash-sale/domain/records/Ids"
import { NOTHING_FOLDED, type PartitionId } from "@flash-sale/domain/records/Partition"
import { Effect, Layer, Option, Schema } from "effect"
import * as RedisSettings from "./client/RedisSettings.ts"
import { scanAll } from "./client/ScanAll.ts"
import { unavailable } from "./client/WrongContent.ts"
import { IoRedis } from "./IoRedis.ts"
import * as Keys from "./Keys.ts"
import * as RedisDumpReads from "./RedisDumpReads.ts"
import { Scripts } from "./Scripts.ts"

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
    const names = yield* scanAll((cursor) =>
      use((client) => client.sscan(Keys.items(partition), cursor, "COUNT", NAMES_AT_ONCE))
    )
    return [...new Set(names.map((name) => ItemId.make(name)))]
  }, Effect.mapError(unavailable))

  const positions = Effect.fnUntraced(function*(partition: PartitionId, itemIds: ReadonlyArray<ItemId>) {
    const replies = yield* use(async (client) => {
      const pipeline = client.pipeline()
      for (const itemId of itemIds) pipeline.hget(Keys.meta(itemId), `pos:${partition}`)
      const found = await pipeline.exec()
      // A key of another type holds no position. Any other error says nothing of the key.
      const failed = found?.find(([error]) => error !== null && !error.message.startsWith("WRONGTYPE"))
      if (failed !== undefined) throw failed[0]
      return found
    })
    const decoded = yield* Effect.orDie(Schema.decodeUnknownEffect(Pipelined)(replies))
    if (decoded === null || decoded.length !== itemIds.length) {
      return yield* new StoreUnavailable({ detail: "the positions did not come" })
    }
    return decoded.map(([, text]) => Option.getOrElse(position(text), () => NOTHING_FOLDED))
  }, Effect.mapError(unavailable))

  const read = yield* RedisDumpReads.make

  const clear = Effect.fnUntraced(
    function*(
      partition: PartitionId,
      epoch: string | undefined,
      clearings: ReadonlyArray<Clearing>,
      accepted?: AcceptedLog
    ) {
      const shared = [Keys.mark(partition), Keys.repairs, Keys.items(partition)]
      const keys = [...shared, ...clearings.flatMap(({ itemId }) => Keys.ofItem(itemId))]
      const noted = [accepted?.from, accepted?.wholeFrom].map((offset) => offset === undefined ? "" : String(offset))
      const named = clearings.flatMap(({ itemId, seq, why }) => [itemId, String(seq), why])
      const clearing = scripts.clearItems(keys, [epoch ?? "", String(partition), ...noted, ...named])
      const reply = yield* Effect.mapError(clearing, unavailable)
      if (reply === "moved") return yield* new MarkMoved({ partition })
    }
  )

  return StoredItems.of({
    location: `Redis at ${RedisSettings.addressOf(redis.settings)}`,
    isEmpty: Effect.mapError(Effect.map(use((client) => client.dbsize()), (keys) => keys === 0), unavailable),
    items,
    positions,
    read,
    clear
  })
})

export const layer: Layer.Layer<StoredItems, never, IoRedis | Scripts> = Layer.effect(StoredItems, make)
