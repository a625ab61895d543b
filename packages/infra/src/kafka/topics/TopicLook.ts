/** One look at the preconditions of the log: its partitions, what is written down with the data, and its policies. */
import { FoldedLog } from "@flash-sale/domain/ports/FoldedLog"
import { LogRefused, LogUnavailable } from "@flash-sale/domain/ports/OrderLog"
import type { StoreUnavailable } from "@flash-sale/domain/ports/StoreUnavailable"
import { Effect } from "effect"
import type { KafkaClient } from "../client/KafkaClient.ts"
import * as Evidence from "./Evidence.ts"
import * as PolicyLook from "./PolicyLook.ts"
import * as TopicCreation from "./TopicCreation.ts"
import * as Verdict from "./Verdict.ts"

export interface Found {
  /** The number of partitions of the log that may be used, or why it may not be. */
  readonly verdict: number | LogRefused
  /** What may lose records, though the log is in use: a line each. */
  readonly warnings: ReadonlyArray<string>
  /** Why the settings of the topics are not known. */
  readonly unknown: string | undefined
}

const COMPACTED = "Compaction destroys orders, so none is taken before that is mended"

const missingLetters = (topic: string): string =>
  `the topic ${topic} is missing: dead letters wait, and the orders behind them. Restore it, or make it anew with ` +
  "one partition where its letters are lost"

/** A command has come to brokers that no engine works with, or to the wrong ones. */
const noLog = (topic: string) =>
  new LogRefused({
    problem: "topic",
    detail: `there is no topic ${topic}, and only services make it: start them, or see KAFKA_ADDR and ORDERS_TOPIC`
  })

/** Why nothing is known yet: the brokers, or the store, do not answer. */
export type Away = LogUnavailable | StoreUnavailable

/** Remembers what a process has worked with. */
export const make = (
  client: KafkaClient["Service"],
  asker: Evidence.Asker,
  mayCreate = true
): Effect.Effect<Found, Away> => {
  const { deadLettersTopic, ordersTopic: topic } = client.settings
  const policies = PolicyLook.make(client)
  const judge = judgeOf(client, asker, mayCreate)
  let hasWorked = false

  /** The dead letters' topic is made together with the log. Undefined where it is there. */
  const lettersMissing = Effect.fnUntraced(function*(isNew: boolean) {
    if ((yield* Evidence.partitionsStill(client, deadLettersTopic)) !== undefined) return undefined
    if (!isNew || !mayCreate) return missingLetters(deadLettersTopic)
    yield* TopicCreation.create(client, [deadLettersTopic])
    return undefined
  })

  return Effect.gen(function*() {
    const { isNew, verdict } = yield* judge(hasWorked)
    if (verdict._tag === "LogRefused") return { verdict, warnings: [], unknown: undefined }
    const missing = yield* lettersMissing(isNew)
    const known = yield* policies(missing === undefined ? [topic, deadLettersTopic] : [topic])
    hasWorked = true
    const compacted = known.policies.find((one) => one.topic === topic && one.isCompacted)
    const warnings = [missing, ...known.policies.map(({ why }) => why)].filter((why) => why !== undefined)
    return compacted?.why === undefined
      ? { verdict: verdict.partitions, warnings, unknown: known.unknown }
      : {
        verdict: new LogRefused({ problem: "policy", detail: `${compacted.why}. ${COMPACTED}` }),
        warnings: warnings.filter((why) => why !== compacted.why),
        unknown: known.unknown
      }
  })
}

interface Judged {
  readonly verdict: Exclude<Verdict.Verdict, { readonly _tag: "Absent" }>
  /** Whether nothing is written down anywhere, as far as everybody has been asked. */
  readonly isNew: boolean
}

/** Judges by the number of partitions. Makes the topics at the first start of all, and writes the number down. */
const judgeOf = (client: KafkaClient["Service"], asker: Evidence.Asker, mayCreate: boolean) => {
  const { deadLettersTopic, ordersTopic: topic, partitions } = client.settings
  const settings = { topic, partitions }
  const own: Verdict.Witness = { ...settings, where: "this process" }

  /**
   * A process that has worked knows the number by itself, and goes on without a store that is away, as orders do.
   * Before that nobody takes a log whose number may be another. A processor's first look asks the group as well.
   */
  const witnesses = Effect.fnUntraced(function*(found: number | undefined, hasWorked: boolean) {
    const stored = yield* Evidence.inStore({ mayBeAway: hasWorked })
    const isUnsure = stored?.length === 0 || (asker === "processor" && !hasWorked)
    const noted = found !== undefined && asker !== "gateway" && isUnsure ? yield* Evidence.inGroup(client) : []
    return { all: [...(stored ?? []), ...noted, ...(hasWorked ? [own] : [])], isUnwritten: stored?.length === 0 }
  })

  /** Written before anything is worked on; another process may have written another number. */
  const writeDown = Effect.map(
    Effect.flatMap(FoldedLog, ({ write }) => write(settings)),
    (written) => Verdict.of({ settings, found: partitions, witnesses: [{ ...written, where: "Redis" }] })
  )
  const notThere = new LogUnavailable({ detail: `Kafka: the topic ${topic} is not there yet` })

  return Effect.fnUntraced(function*(hasWorked: boolean): Effect.fn.Return<Judged, Away> {
    let found = yield* Evidence.partitionsOf(client, topic)
    const { all, isUnwritten } = yield* witnesses(found, hasWorked)
    if (found === undefined) {
      if (all.length === 0 && mayCreate) yield* TopicCreation.create(client, [topic, deadLettersTopic])
      // It may just have been made, or the broker has just started.
      found = yield* Evidence.partitionsStill(client, topic)
    }
    if (found === undefined && all.length === 0 && !mayCreate) return { verdict: noLog(topic), isNew: false }
    const verdict = Verdict.of({ settings, found, witnesses: all })
    const isWriter = asker === "processor" && isUnwritten && verdict._tag === "Usable"
    const agreed = isWriter ? yield* writeDown : verdict
    return agreed._tag === "Absent" ? yield* notThere : { verdict: agreed, isNew: all.length === 0 && isUnwritten }
  })
}
