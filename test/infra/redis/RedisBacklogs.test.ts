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
      expect(yield* backlogs.read).toEqual(new Map([[PartitionId.make(1), { folded: 5, perSecond: 6, rules: 1 }]]))
      yield* cli("SET", Keys.backlog, "7")
      expect(yield* Effect.flip(backlogs.read)).toMatchObject({ _tag: "StoreUnavailable" })
      expect(yield* Effect.flip(backlogs.publish(PartitionId.make(1), { folded: 1, perSecond: 1, rules: 2 })))
        .toMatchObject({
          _tag: "StoreUnavailable"
        })
    }))
})

/** How a release before this one wrote a backlog, and read it. */
const former = {
  text: (folded: number, perSecond: number) => `${folded} ${perSecond}`,
  read: (text: string) => /^(\d{1,16}) (\d{1,16})$/.exec(text)?.slice(1).map(Number)
}

layer(OwnRedis.layer, { excludeTestServices: true })("RedisBacklogs: beside a former release", (it) => {
  it.effect("a former release reads the backlog; its own has rules 1 and says of no commit, also of the same", () =>
    Effect.gen(function*() {
      const backlogs = yield* Backlogs
      const { cli } = yield* OwnRedis.OwnRedis
      const partition = PartitionId.make(1)
      for (const [folded, perSecond] of [[0, 0], [7, 0], [7, 1_200]] as const) {
        yield* backlogs.publish(partition, { folded, perSecond, rules: 2, settled: 6 })
        expect((yield* backlogs.read).get(partition)).toEqual({ folded, perSecond, rules: 2, settled: 6 })
        const fields = yield* cli("HGETALL", Keys.backlog)
        const [name, text] = Array.isArray(fields) ? fields.map(String) : []
        expect([name, former.read(text ?? "")]).toEqual(["1", [folded, perSecond]])
        yield* cli("HSET", Keys.backlog, "1", former.text(folded, perSecond))
        expect((yield* backlogs.read).get(partition)).toEqual({ folded, perSecond, rules: 1 })
      }
      for (const wrong of ["", "2", "x 7 01200", "2 7 1200", "-2 7 01200"]) {
        yield* backlogs.publish(partition, { folded: 7, perSecond: 1_200, rules: 2 })
        yield* cli("HSET", Keys.backlog, "1:rules", wrong)
        expect((yield* backlogs.read).get(partition)?.rules).toBe(1)
      }
    }))
})
