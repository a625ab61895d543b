/**
 * The topic of order events: made by a processor where there is none, and looked at for as long as it is used. No state
 * follows from it, so whatever is wrong with it refuses no order; events wait, and the orders behind them.
 */
import { LogUnavailable } from "@flash-sale/domain/ports/OrderLog"
import { Effect, Exit, Latch, Option, Schedule, type Scope } from "effect"
import * as Log from "../../observability/logs/Log.ts"
import * as Kept from "../../time/Kept.ts"
import type { KafkaClient } from "../client/KafkaClient.ts"
import * as Evidence from "../topics/Evidence.ts"
import * as PolicyLook from "../topics/PolicyLook.ts"
import * as TopicCreation from "../topics/TopicCreation.ts"

/** How often the topic is looked at, and how long an answer about one that may not be used stays good. */
const LOOK_EVERY = "2 seconds"
const ANSWER_KEPT = "1 second"

type Client = KafkaClient["Service"]
type Found = Exit.Exit<number, LogUnavailable>

export interface EventsTopic {
  /** The number of its partitions, once it may be used. Fails where it may not be now, or Kafka does not answer. */
  readonly ready: Effect.Effect<number, LogUnavailable>
  /** Why it may not be used, and what its settings lose, as it was found last: a line each. */
  readonly warnings: () => ReadonlyArray<string>
}

const notYet = (topic: string): string => `the topic ${topic} is not there yet: a processor makes it`

const missing = (topic: string): string =>
  `the topic ${topic} is missing: events wait, and the orders behind them. Restore it, or start the processors ` +
  "again, which makes an empty one: then flash-sale archive rebuild brings back what nobody had read"

const altered = (topic: string, found: number, wanted: number): string =>
  `the topic ${topic} has ${found} partitions, and the log has ${wanted}: events of a partition stand under its ` +
  `number. Set ORDER_EVENTS_TOPIC to a new name, under which a topic with ${wanted} partitions is made`

/** Looks once `ready` was asked for, and not before: who tells and reads no events asks nothing of Kafka. */
export const make = Effect.fnUntraced(function*(
  client: Client,
  mayMake: boolean
): Effect.fn.Return<EventsTopic, never, Scope.Scope> {
  const { eventsTopic: topic, partitions: wanted } = client.settings
  const isUsed = yield* Latch.make()
  const policies = PolicyLook.make(client)
  let last: Found | undefined
  let hasWorked = false
  let lossy: ReadonlyArray<string> = []

  const partitions = Effect.gen(function*() {
    const found = yield* Evidence.partitionsStill(client, topic)
    if (found !== undefined || !mayMake || hasWorked) return found
    yield* TopicCreation.create(client, [topic])
    yield* Log.info(`Made the topic ${topic} with ${wanted} partitions`, { event: "events_topic" })
    return yield* Evidence.partitionsStill(client, topic)
  })
  const whyNot = (found: number | undefined): string | undefined => {
    if (found === wanted) return undefined
    if (found === undefined) return hasWorked ? missing(topic) : notYet(topic)
    return altered(topic, found, wanted)
  }

  /** A line for each change. One that reads events may be there before the first is told. */
  let said = ""
  const say = (lines: ReadonlyArray<string>) => {
    const line = lines.join("; ")
    if (line === said) return Effect.void
    said = line
    if (line === "") return Log.info(`The topic ${topic} keeps order events`, { event: "events_topic" })
    const write = lines.includes(notYet(topic)) ? Log.warn : Log.error
    return write(`Order events wait, or may be lost: ${line}`, { event: "events_topic" })
  }

  let unknown: string | undefined
  const sayUnknown = (why: string | undefined) => {
    const isNews = why !== unknown
    unknown = why
    if (!isNews || why === undefined) return Effect.void
    return Log.warn(`Nobody knows whether the topic ${topic} keeps order events: ${why}`, { event: "events_topic" })
  }

  // While Kafka is away the last finding holds, and `isUp` says that it is away.
  const look = Effect.gen(function*() {
    const found = yield* partitions
    const why = whyNot(found)
    if (why !== undefined) {
      last = Exit.fail(new LogUnavailable({ detail: `Kafka: ${why}` }))
      yield* say([why])
      return yield* last
    }
    last = Exit.succeed(wanted)
    hasWorked = true
    const known = yield* policies([topic])
    lossy = known.policies.flatMap((policy) => policy.why ?? [])
    yield* say(lossy)
    yield* sayUnknown(known.unknown)
    return wanted
  })

  const shared = yield* Kept.make(look, ANSWER_KEPT)
  yield* Latch.await(isUsed).pipe(
    Effect.andThen(Effect.repeat(Effect.ignore(shared), Schedule.spaced(LOOK_EVERY))),
    Effect.forkScoped
  )
  return {
    ready: Effect.suspend(() => {
      Latch.openUnsafe(isUsed)
      return last !== undefined && Exit.isSuccess(last) ? last : shared
    }),
    warnings: () => {
      const why = last === undefined ? undefined : Option.getOrUndefined(Exit.findErrorOption(last))
      return why === undefined ? lossy : [why.detail, ...lossy]
    }
  }
})
