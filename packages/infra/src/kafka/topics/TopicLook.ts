/** One look at the preconditions of the log: its partitions, what is written down with the data, and its policies. */
import { FoldedLog } from "@flash-sale/domain/ports/FoldedLog"
import { LogRefused, LogUnavailable } from "@flash-sale/domain/ports/OrderLog"
import { Effect } from "effect"
import type { KafkaClient } from "../client/KafkaClient.ts"
import * as Evidence from "./Evidence.ts"
import * as Policies from "./Policies.ts"
import * as TopicCreation from "./TopicCreation.ts"
import * as Verdict from "./Verdict.ts"

/** The brokers are asked for the settings of the topics with each look of so many: about twice a minute. */
const LOOKS_FOR_POLICIES = 15

export interface Found {
  /** The number of partitions of the log that may be used, or why it may not be. */
  readonly verdict: number | LogRefused
  /** What may lose records, though the log is in use: a line each. */
  readonly warnings: ReadonlyArray<string>
  /** Why the settings of the topics are not known. */
  readonly unknown: string | undefined
}

/** Remembers what a process has worked with. Fails with `LogUnavailable` where something that it needs is away. */
export const make = (
  client: KafkaClient["Service"],
  asker: Evidence.Asker
): Effect.Effect<Found, LogUnavailable> => {
  const { deadLettersTopic, ordersTopic: topic, partitions } = client.settings
  const settings = { topic, partitions }
  let own: ReadonlyArray<Verdict.Witness> = []
  let policies: ReadonlyArray<Policies.Policy> = []
  let unknown: string | undefined
  let looks = 0

  /** A processor's first look asks the group as well; later ones where the store was emptied. */
  const witnesses = Effect.fnUntraced(function*(found: number | undefined) {
    const stored = yield* Evidence.inStore({ mayBeAway: asker === "gateway" })
    const isUnsure = stored.length === 0 || (asker === "processor" && own.length === 0)
    const noted = found !== undefined && asker !== "gateway" && isUnsure ? yield* Evidence.inGroup(client) : []
    return { all: [...stored, ...noted, ...own], isWritten: stored.length > 0 }
  })

  /** Written before anything is worked on; another process may have written another number. */
  const writeDown = Effect.flatMap(FoldedLog, ({ write }) => write(settings)).pipe(
    Effect.map((written) => Verdict.of({ settings, found: partitions, witnesses: [{ ...written, where: "Redis" }] })),
    Effect.mapError(({ detail }) =>
      new LogUnavailable({ detail: `the number of partitions is not written: ${detail}` })
    )
  )

  /** The dead letters' topic, which is made together with the log; undefined where it is there. */
  const lettersMissing = Effect.fnUntraced(function*(isNew: boolean) {
    const ask = own.length === 0 ? Evidence.partitionsOf : Evidence.partitionsStill
    if ((yield* ask(client, deadLettersTopic)) !== undefined) return undefined
    if (!isNew) return missingLetters(deadLettersTopic)
    yield* TopicCreation.create(client, [deadLettersTopic])
    return undefined
  })

  const askPolicies = Effect.suspend(() => {
    if (looks++ % LOOKS_FOR_POLICIES !== 0 && unknown === undefined) return Effect.void
    return Effect.forEach([topic, deadLettersTopic], (one) => Policies.look(client, one)).pipe(
      Effect.match({
        onFailure: ({ detail }) => {
          unknown = detail
        },
        onSuccess: (found) => {
          unknown = undefined
          policies = found
        }
      })
    )
  })

  const judge = Effect.gen(function*() {
    const ask = own.length === 0 ? Evidence.partitionsOf : Evidence.partitionsStill
    let found = yield* ask(client, topic)
    const { all, isWritten } = yield* witnesses(found)
    if (found === undefined && all.length === 0) {
      yield* TopicCreation.create(client, [topic, deadLettersTopic])
      found = yield* Evidence.partitionsStill(client, topic)
    }
    const verdict = Verdict.of({ settings, found, witnesses: all })
    if (verdict._tag !== "Usable") return { verdict, isNew: false }
    const agreed = asker === "processor" && !isWritten ? yield* writeDown : verdict
    return { verdict: agreed, isNew: all.length === 0 }
  })

  return Effect.gen(function*() {
    const { isNew, verdict } = yield* judge
    if (verdict._tag === "Absent") {
      return yield* new LogUnavailable({ detail: `Kafka: the topic ${topic} is not there yet` })
    }
    if (verdict._tag === "LogRefused") return { verdict, warnings: [], unknown: undefined }
    const missing = yield* lettersMissing(isNew)
    if (missing === undefined) yield* askPolicies
    own = [{ ...settings, where: "this process" }]
    const compacted = policies.find((one) => one.topic === topic && one.isCompacted)
    const warnings = [missing, ...policies.map(({ why }) => why)].filter((why) => why !== undefined)
    return compacted?.why === undefined
      ? { verdict: verdict.partitions, warnings, unknown }
      : {
        verdict: new LogRefused({ problem: "policy", detail: `${compacted.why}. ${COMPACTED}` }),
        warnings: warnings.filter((why) => why !== compacted.why),
        unknown
      }
  })
}

const COMPACTED = "Compaction destroys orders, so none is taken before that is mended"

const missingLetters = (topic: string): string =>
  `the topic ${topic} is missing: dead letters wait, and the orders behind them. Restore it, or make it anew with one ` +
  "partition where its letters are lost"
