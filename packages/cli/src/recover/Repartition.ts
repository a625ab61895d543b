/** `flash-sale recover --repartition`: the log in a new topic with another number of partitions. Decision 0031. */
import { LogReader } from "@flash-sale/domain/ports/LogReader"
import * as Infra from "@flash-sale/infra/Infra"
import { type Config, Console, Context, Effect, Layer } from "effect"
import * as AuditTarget from "../terminal/AuditTarget.ts"
import * as CommandFailed from "../terminal/CommandFailed.ts"
import * as EngineName from "../terminal/EngineName.ts"
import type * as Target from "../terminal/Target.ts"
import * as MoveLate from "./MoveLate.ts"
import * as MoveLog from "./MoveLog.ts"
import * as MoveStore from "./MoveStore.ts"
import * as MoveSurvey from "./MoveSurvey.ts"

/** The new log, and whether it is only said what would be done. */
export interface Options {
  readonly topic: string
  readonly partitions: number
  readonly dryRun: boolean
}

/** The settings of Kafka and Redis. */
type Servers = Config.Success<typeof Target.distributed>

/** Checks, copies, compares, and only then touches the store. Where it fails the last line says how things are. */
export const run = Effect.fnUntraced(function*(
  { dryRun, ...to }: Options,
  { kafka, redis }: Servers
) {
  if (to.topic === kafka.deadLettersTopic) {
    return yield* CommandFailed.failed(
      `--to-topic: ${to.topic} is the topic of the dead letters: name a new topic; nothing was changed`
    )
  }
  if (to.topic === kafka.eventsTopic) {
    return yield* CommandFailed.failed(
      `--to-topic: ${to.topic} is the topic of order events: name a new topic; nothing was changed`
    )
  }
  yield* EngineName.sayDistributed({ kafka, redis })
  const from = { topic: kafka.ordersTopic, partitions: kafka.partitions }
  const here = Layer.mergeAll(
    Infra.layerItems(redis, "operator"),
    Infra.layerReader(kafka),
    Infra.layerCopy(kafka, to.topic)
  )
  // A reader of its own: the layer of the log's reader is known by now, and would be taken for it.
  const there = Layer.fresh(Infra.layerReader({ ...kafka, ordersTopic: to.topic, partitions: to.partitions }))
  yield* Effect.gen(function*() {
    yield* AuditTarget.untilUp
    if (!dryRun) yield* MoveSurvey.refuseRunning
    const source = yield* MoveSurvey.run(from, to)
    if (dryRun) {
      yield* Console.log(
        `${source.records} records would be copied into ${to.topic} with ${to.partitions} partitions, ` +
          `and ${source.location} would be folded again from there: nothing was changed`
      )
      return yield* MoveSurvey.refuseRunning
    }
    const target = Context.get(yield* Layer.build(there), LogReader)
    yield* MoveLog.run(source, to, target).pipe(
      Effect.tapError(() => Console.log(`${from.topic} is the log as before. ${leftOver(to.topic)}`))
    )
    yield* MoveStore.run(source, to, target)
    yield* MoveLate.run(source, to)
    yield* Console.log(
      `done. Set ORDERS_TOPIC=${to.topic} and KAFKA_PARTITIONS=${to.partitions} for every gateway, processor and ` +
        "command, ORDER_EVENTS_TOPIC to a new name, and start them\n" +
        `${kafka.eventsTopic} is of ${from.topic}: an archive begins empty, and flash-sale archive rebuild fills it\n` +
        `${from.topic} is read by nobody any more: delete it once they run and flash-sale reconcile finds no difference`
    )
  }).pipe(Effect.provide(here), Effect.scoped)
})

const leftOver = (topic: string): string =>
  `Where ${topic} was made it holds a part: delete it, and name another topic the next time`

/** The embedded file has one number of partitions. */
export const refuseEmbedded = CommandFailed.usage(
  "--repartition is for Kafka: the number of partitions of the embedded file is fixed. Nothing was changed"
)
