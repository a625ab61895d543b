/**
 * The topics: made at the first start of all, and looked at for as long as the process lives. A log whose partitions
 * are others than those that the data was written with, whose topic is missing, or whose records are destroyed, is not
 * used. Decision 0029.
 */
import type { LogRefused } from "@flash-sale/domain/ports/OrderLog"
import { Context, Effect, Exit, Latch, Layer, Schedule } from "effect"
import * as Log from "../../observability/logs/Log.ts"
import { KafkaClient } from "../client/KafkaClient.ts"
import { RECONNECT_CAP } from "../client/KafkaSettings.ts"
import type { Asker } from "./Evidence.ts"
import * as TopicLines from "./TopicLines.ts"
import * as TopicLook from "./TopicLook.ts"

/** Capped and jittered, for ever: Kafka may come at any time. */
const whileAway = Schedule.min([Schedule.exponential("100 millis"), Schedule.spaced(RECONNECT_CAP)]).pipe(
  Schedule.jittered
)

/** Whether the log may be used. */
export class Topics extends Context.Service<Topics, {
  /** The number of partitions of `orders`; waits while nothing is known. Fails where the log is refused now. */
  readonly partitions: Effect.Effect<number, LogRefused>
  /** The same as far as it is known now. What was found last holds while Kafka is away. */
  readonly now: () => Exit.Exit<number, LogRefused> | undefined
  /** Runs the effect while the log may be used, interrupts it where the log is refused, and begins it again then. */
  readonly whileUsable: <R>(effect: Effect.Effect<never, never, R>) => Effect.Effect<never, never, R>
  /** What may lose records, though the log is in use: a line each. */
  readonly warnings: () => ReadonlyArray<string>
}>()("@flash-sale/infra/kafka/topics/Topics") {}

/** Looks in the background, with the rights of this asker. A log that is nowhere is made, or is refused. */
export const layer = (asker: Asker, mayCreate = true): Layer.Layer<Topics, never, KafkaClient> =>
  Layer.effect(
    Topics,
    Effect.gen(function*() {
      const client = yield* KafkaClient
      const found = board()
      const say = yield* TopicLines.make(client.settings)
      const warned = new Set<TopicLook.Away["_tag"]>()
      const warnOnce = ({ _tag, detail }: TopicLook.Away) => {
        if (warned.has(_tag)) return Effect.void
        warned.add(_tag)
        const whom = _tag === "LogUnavailable"
          ? `Kafka at ${client.settings.brokers.join(",")}`
          : "Redis, to know which log it is a fold of"
        return Log.warn(`Waiting for ${whom}: ${detail}`, { event: "dependency_down" })
      }
      const look = Effect.tap(
        TopicLook.make(client, asker, mayCreate),
        (now) => Effect.andThen(say(now), found.put(now))
      )
      const first = look.pipe(
        Effect.tapError(warnOnce),
        Effect.retry(whileAway),
        Effect.orDie // The schedule has no end, so no failure comes past it.
      )
      // While Kafka is away the last finding holds, and `isUp` says that it is away.
      const again = Effect.andThen(Effect.sleep(TopicLines.LOOK_EVERY), Effect.ignore(look))
      yield* Effect.forkScoped(Effect.andThen(first, Effect.forever(again)))
      return found.topics
    })
  )

/** The last finding, for those who ask and those who wait. */
const board = () => {
  const [known, usable, refused] = [Latch.makeUnsafe(), Latch.makeUnsafe(), Latch.makeUnsafe()]
  let now: Exit.Exit<number, LogRefused> | undefined
  let warnings: ReadonlyArray<string> = []
  const topics = Topics.of({
    partitions: Effect.andThen(known.await, Effect.suspend(() => now!)),
    now: () => now,
    warnings: () => warnings,
    whileUsable: (effect) => Effect.forever(Effect.andThen(usable.await, Effect.raceFirst(effect, refused.await)))
  })
  const put = (found: TopicLook.Found) =>
    Effect.sync(() => {
      const isUsable = typeof found.verdict === "number"
      warnings = found.warnings
      now = typeof found.verdict === "number" ? Exit.succeed(found.verdict) : Exit.fail(found.verdict)
      if (isUsable) refused.closeUnsafe()
      else usable.closeUnsafe()
      if (isUsable) usable.openUnsafe()
      else refused.openUnsafe()
      known.openUnsafe()
    })
  return { topics, put }
}
