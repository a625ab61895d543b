/** What fills an archive goes on, whatever happens to the group that it is a member of. */
import { assert, it } from "@effect/vitest"
import * as ArchiveFilling from "@flash-sale/archive/ArchiveFilling"
import * as ArchiveState from "@flash-sale/archive/intake/ArchiveState"
import { LetterReader } from "@flash-sale/domain/ports/LetterReader"
import { OrderEvents } from "@flash-sale/domain/ports/OrderEvents"
import { Offset } from "@flash-sale/domain/records/Partition"
import { Effect, Layer, Logger, References, Stream } from "effect"
import { TestClock } from "effect/testing"
import * as TestWriter from "./TestWriter.ts"

it.effect("joins the group again after a bug, which is said, and leaves it at the end", () =>
  Effect.gen(function*() {
    const seen = { joined: 0, left: 0 }
    const lines: Array<string> = []
    const events = Layer.succeed(OrderEvents, {
      append: () => Effect.void,
      told: () => Effect.undefined,
      bounds: () => Effect.succeed({ start: Offset.make(0), end: Offset.make(0) }),
      consume: () =>
        Effect.gen(function*() {
          yield* Effect.addFinalizer(() => Effect.sync(() => void seen.left++))
          seen.joined++
          return yield* seen.joined === 1 ? Effect.die(new Error("a bug of the group")) : Effect.never
        }),
      isUp: Effect.succeed(true),
      warnings: Effect.succeed([])
    })
    const letters = Layer.succeed(LetterReader, { partitions: Effect.succeed([]), read: () => Stream.empty })
    const logger = Logger.make(({ fiber, message }) => {
      lines.push(`${fiber.getRef(References.CurrentLogAnnotations)["event"]}: ${String(message)}`)
    })
    const filling = ArchiveFilling.layer.pipe(
      Layer.provide([events, letters, ArchiveState.layer, TestWriter.make().layer, Logger.layer([logger])])
    )
    yield* Effect.scoped(Effect.andThen(Layer.build(filling), TestClock.adjust("20 seconds")))
    assert.deepStrictEqual(seen, { joined: 2, left: 2 })
    assert.deepStrictEqual(lines, ["internal_error: A background task failed by a bug: consuming order events"])
  }))
