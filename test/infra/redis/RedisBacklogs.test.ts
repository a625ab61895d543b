/** How far the fold is, as Redis holds it: also where something else has written there. */
import { expect, layer } from "@effect/vitest"
import { Backlogs } from "@flash-sale/domain/ports/Backlogs"
import { PartitionId } from "@flash-sale/domain/records/Partition"
import * as Keys from "@flash-sale/infra/redis/Keys"
import { Effect } from "effect"
import * as BacklogsContract from "../../contract/BacklogsContract.ts"
import * as OwnRedis from "./OwnRedis.ts"

BacklogsContract.suite("Redis", OwnRedis.layer)

layer(OwnRedis.layer, { excludeTestServices: true })("RedisBacklogs: a key written to by hand", (it) => {
  it.effect("well-formed backlogs are read, and a key of another type is an error", () =>
    Effect.gen(function*() {
      const backlogs = yield* Backlogs
      const { cli } = yield* OwnRedis.OwnRedis
      yield* cli("HSET", Keys.backlog, "1", "5 6", "x", "5 6", "2", "5", "3", "-1 6", "10000", "5 6", "4", "5 6 7")
      expect(yield* backlogs.read).toEqual(new Map([[PartitionId.make(1), { folded: 5, perSecond: 6 }]]))
      yield* cli("SET", Keys.backlog, "7")
      expect(yield* Effect.flip(backlogs.read)).toMatchObject({ _tag: "StoreUnavailable" })
      expect(yield* Effect.flip(backlogs.publish(PartitionId.make(1), { folded: 1, perSecond: 1 }))).toMatchObject({
        _tag: "StoreUnavailable"
      })
    }))
})
