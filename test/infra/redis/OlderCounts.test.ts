/**
 * Items that an older build has folded, alone or in turn with this one: it counts who is turned away, and not why. What
 * it leaves is the field `refused` as it was, and the field `turned` that has gone on.
 */
import { expect, layer } from "@effect/vitest"
import * as Differences from "@flash-sale/audit/Differences"
import { ItemDamaged, ItemStore } from "@flash-sale/domain/ports/ItemStore"
import { StoredItems } from "@flash-sale/domain/ports/StoredItems"
import type { LoggedCommand } from "@flash-sale/domain/records/Command"
import * as Fold from "@flash-sale/domain/rules/Fold"
import * as ItemDump from "@flash-sale/domain/rules/ItemDump"
import * as Keys from "@flash-sale/infra/redis/Keys"
import { Effect } from "effect"
import { freshItem, place, request, sale } from "../../contract/Commands.ts"
import * as OwnRedis from "./OwnRedis.ts"

type Item = ReturnType<typeof freshItem>

/** What `reconcile` says of the item, as it compares the store with the log. */
const differences = Effect.fnUntraced(function*({ itemId, partition }: Item, log: ReadonlyArray<LoggedCommand>) {
  const result = Fold.fold(Fold.nothing, { commands: log, published: [], expected: undefined })
  if (result._tag !== "Folded") return yield* Effect.die(new Error(result._tag))
  const { dump } = yield* (yield* StoredItems).read(partition, itemId)
  return Differences.lines(Differences.between(ItemDump.of(result.state), dump, () => true), "log", "store")
})

const field = Effect.fnUntraced(function*({ itemId }: Item, ...change: ReadonlyArray<string>) {
  const { cli } = yield* OwnRedis.OwnRedis
  if (change.length === 0) return yield* cli("HGET", Keys.meta(itemId), "refused")
  const [value] = change
  return yield* value === ""
    ? cli("HDEL", Keys.meta(itemId), "refused")
    : cli("HSET", Keys.meta(itemId), "refused", value!)
})

layer(OwnRedis.layerItems, { excludeTestServices: true })("Counts by reason", (it) => {
  it.effect("begin where an older build has stopped, and what it has turned away is unknown", () =>
    Effect.gen(function*() {
      const store = yield* ItemStore
      const item = freshItem()
      const log = ["a", "b", "c", "d", "e"].map((name, n) => place(n, item.itemId, name))
      yield* store.fold(request(item, log.slice(0, 2)))
      yield* field(item, "")
      expect((yield* store.read(item.partition, item.itemId)).refused).toEqual({ unknown: 2 })
      expect(yield* differences(item, log.slice(0, 2))).toEqual([])
      expect((yield* store.fold(request(item, log.slice(2, 3)))).summary.refused).toEqual({ sold_out: 1, unknown: 2 })
      // The older build once more, in between: the field stays as it was.
      const kept = yield* field(item)
      yield* store.fold(request(item, log.slice(3, 4)))
      yield* field(item, String(kept))
      expect((yield* store.fold(request(item, log.slice(4)))).summary.refused).toEqual({ sold_out: 2, unknown: 3 })
      expect(yield* differences(item, log)).toEqual([])
      expect(yield* differences(item, [sale(0, { paused: true }), ...log.slice(1)])).not.toEqual([])
    }))

  it.effect("keep the counts of reasons that only a later build knows", () =>
    Effect.gen(function*() {
      const store = yield* ItemStore
      const item = freshItem()
      yield* store.fold(request(item, [place(0, item.itemId, "a")]))
      yield* field(item, "1 0 0 0 0 7")
      const { summary } = yield* store.fold(request(item, [place(1, item.itemId, "b")]))
      expect(summary.refused).toEqual({ sold_out: 2 })
      expect(yield* field(item)).toBe("2 0 0 0 0 7")
    }))

  it.effect("that are no numbers stop their item before anything is written", () =>
    Effect.gen(function*() {
      const store = yield* ItemStore
      const item = freshItem()
      yield* store.fold(request(item, [place(0, item.itemId, "a")]))
      yield* field(item, "many")
      const error = yield* Effect.flip(store.fold(request(item, [place(1, item.itemId, "b")])))
      expect(error).toBeInstanceOf(ItemDamaged)
      expect(error).toMatchObject({ detail: expect.stringContaining("refused is no list of numbers: many") })
      expect(yield* differences(item, [place(0, item.itemId, "a")])).toEqual([
        `  refused: log "1 sold_out", store "many"`
      ])
    }))
})
