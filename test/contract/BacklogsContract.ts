/** What every adapter of `Backlogs` does. */
import { expect, layer } from "@effect/vitest"
import { Backlogs } from "@flash-sale/domain/ports/Backlogs"
import { PartitionId } from "@flash-sale/domain/records/Partition"
import { Effect, type Layer } from "effect"

export const suite = <A, E>(name: string, adapter: Layer.Layer<A, E>): void =>
  layer(adapter, { excludeTestServices: true })(`Backlogs (${name})`, (it) => {
    it.effect("a backlog is what was published last for its partition", () =>
      Effect.gen(function*() {
        const backlogs = yield* Backlogs
        const [first, second] = [PartitionId.make(0), PartitionId.make(11)]
        expect(yield* backlogs.read).toEqual(new Map())
        yield* backlogs.publish(first, { folded: 3, perSecond: 0, rules: 2 })
        yield* backlogs.publish(second, { folded: Number.MAX_SAFE_INTEGER, settled: 6, perSecond: 40_000, rules: 2 })
        yield* backlogs.publish(first, { folded: 7, perSecond: 12, rules: 1 })
        expect(yield* backlogs.read).toEqual(
          new Map([
            [first, { folded: 7, perSecond: 12, rules: 1 }],
            [second, { folded: Number.MAX_SAFE_INTEGER, settled: 6, perSecond: 40_000, rules: 2 }]
          ])
        )
      }))
  })
