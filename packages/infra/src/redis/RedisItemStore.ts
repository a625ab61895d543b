/** The items in Redis: each operation one script, so that it happens whole or not at all. */
import {
  type FoldError,
  type FoldReply,
  type FoldRequest,
  ItemDamaged,
  ItemStore,
  MarkMoved,
  type PendingEdit,
  PositionBehind,
  type Session,
  type StoreUnavailable
} from "@flash-sale/domain/ports/ItemStore"
import { ItemId } from "@flash-sale/domain/records/Ids"
import { Offset, type PartitionId } from "@flash-sale/domain/records/Partition"
import { Effect, Layer, Option, Schema } from "effect"
import * as Log from "../observability/logs/Log.ts"
import * as FoldWire from "./FoldWire.ts"
import { IoRedis, unavailable, type WrongContent } from "./IoRedis.ts"
import * as Keys from "./Keys.ts"
import { Scripts } from "./Scripts.ts"

/** Items that one script looks at, so that no look around keeps Redis from others for long. */
const DETECT_CHUNK = 200

const Text = Schema.NullOr(Schema.String)
const Whole = Schema.NullOr(Schema.FiniteFromString)
const decodeLevel = Schema.decodeUnknownOption(Schema.FiniteFromString)
const decodeMark = Schema.decodeUnknownEffect(Schema.Tuple([Text, Whole, Whole, Text]))
const decodeAccepted = Schema.decodeUnknownEffect(Schema.Tuple([Whole, Whole]))

const make = Effect.gen(function*() {
  const redis = yield* IoRedis
  const scripts = yield* Scripts

  const fold = Effect.fnUntraced(function*(request: FoldRequest): Effect.fn.Return<FoldReply, FoldError> {
    const { commands, itemId, partition } = request
    const reply = yield* Effect.mapError(
      scripts.fold(foldKeys(request), foldArgs(request), request.session),
      damaged(itemId)
    )
    switch (reply[0]) {
      case "moved":
        return yield* new MarkMoved({ partition })
      case "behind":
        return yield* new PositionBehind({ itemId, position: Number(reply[1]) })
      case "stopped":
        return yield* new ItemDamaged({ itemId, detail: reply[1] })
      case "folded": {
        const [, mended, summary, fresh, answers] = reply
        yield* report(itemId, mended)
        return {
          outcomes: request.isSilent === true ? [] : FoldWire.outcomes(commands, fresh, answers),
          summary: FoldWire.summary(itemId, summary)
        }
      }
    }
  })

  const read = Effect.fnUntraced(function*(partition: PartitionId, itemId: ItemId) {
    const keys = [Keys.mark(partition), Keys.items(partition), Keys.inventory(itemId), Keys.meta(itemId)]
    const [mended, texts] = yield* Effect.mapError(scripts.readItem(keys, [String(partition), itemId]), damaged(itemId))
    yield* report(itemId, mended)
    return FoldWire.summary(itemId, texts)
  })

  const detectSome = Effect.fnUntraced(function*(
    partition: PartitionId,
    epoch: string,
    session: Session | undefined,
    items: ReadonlyArray<ItemId>
  ) {
    const keys = [Keys.mark(partition), ...items.flatMap((itemId) => [Keys.inventory(itemId), Keys.meta(itemId)])]
    const reply = yield* Effect.mapError(scripts.detectEdits(keys, [epoch, String(partition)], session), unavailable)
    const [tag, ...found] = reply
    if (tag === "moved") return yield* new MarkMoved({ partition })
    const pending: Array<PendingEdit> = []
    for (const [number, seq, delta, mended] of found) {
      const itemId = items[Number(number) - 1]
      if (itemId === undefined) return yield* Effect.die(new Error(`detect_edits.lua answered for item ${number}`))
      yield* report(itemId, mended)
      if (seq !== "") pending.push({ itemId, seq: Number(seq), delta: Number(delta) })
    }
    return pending
  })

  const detectEdits = Effect.fnUntraced(function*(partition: PartitionId, epoch: string, session?: Session) {
    const pending = new Map<ItemId, PendingEdit>()
    let cursor = "0"
    do {
      const [next, names] = yield* Effect.mapError(
        redis.use((client) => client.sscan(Keys.items(partition), cursor, "COUNT", DETECT_CHUNK)),
        unavailable
      )
      const items = names.map((name) => ItemId.make(name))
      // The mark is checked by the script, so it is asked also where the partition has no items. A scan may name an
      // item twice and may return more than it was asked for.
      for (let from = 0; from === 0 || from < items.length; from += DETECT_CHUNK) {
        const some = yield* detectSome(partition, epoch, session, items.slice(from, from + DETECT_CHUNK))
        for (const one of some) pending.set(one.itemId, one)
      }
      cursor = next
    } while (cursor !== "0")
    return Array.from(pending.values())
  })

  return ItemStore.of({
    fold,
    read,
    detectEdits,
    levels: levelsOf(redis),
    ...marksOf(redis, scripts),
    session: redis.session,
    trouble: redis.trouble,
    isUp: redis.isUp
  })
})

/** Of each item the number that operators read as well; of a damaged one there is none. */
const levelsOf = (redis: IoRedis["Service"]): ItemStore["Service"]["levels"] =>
  Effect.fnUntraced(function*(partition, limit) {
    const names = yield* redis.use((client) => client.srandmember(Keys.items(partition), limit))
    const items = names.map((name) => ItemId.make(name))
    if (items.length === 0) return []
    const levels = yield* redis.use((client) => client.mget(items.map(Keys.inventory)))
    return items.flatMap((itemId, index) => {
      const level = decodeLevel(levels[index])
      return Option.isSome(level) ? [[itemId, level.value] as const] : []
    })
  }, Effect.mapError(unavailable))

/** The marks of the partitions. */
const marksOf = (
  redis: IoRedis["Service"],
  scripts: Scripts["Service"]
): Pick<ItemStore["Service"], "mark" | "accepted" | "beginRecovery" | "writeMark" | "checkpoint"> => {
  const fieldsOf = (partition: PartitionId, ...names: ReadonlyArray<string>) =>
    Effect.mapError(redis.use((client) => client.hmget(Keys.mark(partition), ...names)), unavailable)

  const mark = Effect.fnUntraced(function*(partition: PartitionId) {
    const fields = yield* fieldsOf(partition, "epoch", "checkpoint", "seen", "digest")
    const [epoch, checkpoint, offset, digest] = yield* Effect.orDie(decodeMark(fields))
    if (epoch === null || checkpoint === null) return undefined
    const seen = offset === null || digest === null ? {} : { seen: { offset, digest } }
    return { epoch, checkpoint: Offset.make(checkpoint), ...seen }
  })

  const accepted = Effect.fnUntraced(function*(partition: PartitionId) {
    const [from, told] = yield* Effect.orDie(decodeAccepted(yield* fieldsOf(partition, "from", "told")))
    return from === null || told === null ? undefined : { from, told }
  })

  const moveMark = (script: typeof scripts.writeMark): ItemStore["Service"]["writeMark"] =>
    Effect.fnUntraced(function*(partition, { checkpoint, epoch, seen }, session) {
      const record = seen === undefined ? ["", ""] : [String(seen.offset), seen.digest]
      const moving = script([Keys.mark(partition)], [epoch, String(checkpoint), ...record], session)
      const reply = yield* Effect.mapError(moving, unavailable)
      if (reply === "moved") return yield* new MarkMoved({ partition })
    })

  return {
    mark,
    accepted,
    beginRecovery: (partition, epoch, session) =>
      Effect.mapError(scripts.beginRecovery([Keys.mark(partition)], [epoch], session), unavailable),
    writeMark: moveMark(scripts.writeMark),
    checkpoint: moveMark(scripts.checkpoint)
  }
}

const foldKeys = ({ itemId, partition }: FoldRequest): ReadonlyArray<string> => [
  Keys.mark(partition),
  Keys.items(partition),
  Keys.inventory(itemId),
  Keys.orders(itemId),
  Keys.meta(itemId),
  Keys.untold(itemId),
  Keys.turned(itemId),
  Keys.buyers(itemId),
  Keys.commands(itemId),
  Keys.events(itemId)
]

const foldArgs = (request: FoldRequest): ReadonlyArray<string> => [
  request.epoch ?? "",
  request.expected === undefined ? "" : String(request.expected),
  String(request.partition),
  request.itemId,
  request.emitEvents ? "1" : request.isSilent === true ? "-" : "0",
  FoldWire.offsets(request.published),
  FoldWire.records(request.commands)
]

const damaged = (itemId: ItemId) => (error: StoreUnavailable | WrongContent): StoreUnavailable | ItemDamaged =>
  error._tag === "WrongContent" ? new ItemDamaged({ itemId, detail: error.detail }) : error

/** Says that somebody's hand left no number of units in the key: '' where it did not, '-' where the key was gone. */
const report = (itemId: ItemId, mended: string): Effect.Effect<void> => {
  if (mended === "") return Effect.void
  const key = Keys.inventory(itemId)
  const what = mended === "-" ? "was deleted" : `held ${JSON.stringify(mended.slice(1))}, which is no number of units`
  return Log.error(`The key ${key} ${what}: put back to the number that was left there`, {
    event: "inventory_key_mended",
    item_id: itemId,
    key
  })
}

/** Items in Redis. Redis may be away at any time: operations then fail with `StoreUnavailable`. */
export const layer: Layer.Layer<ItemStore, never, IoRedis | Scripts> = Layer.effect(ItemStore, make)
