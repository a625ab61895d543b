/** The order log on Kafka: the topic `orders`. */
import { AppendRefused, type LogRefused, OrderLog } from "@flash-sale/domain/ports/OrderLog"
import type { Offset } from "@flash-sale/domain/records/Partition"
import * as Partition from "@flash-sale/domain/records/Partition"
import { Effect, Exit, Fiber, Layer, Option } from "effect"
import * as Completion from "../actor/Completion.ts"
import * as Appender from "./append/Appender.ts"
import { KafkaClient } from "./client/KafkaClient.ts"
import * as TopicHealth from "./client/TopicHealth.ts"
import * as Membership from "./group/Membership.ts"
import type * as Workers from "./group/Workers.ts"
import * as Topics from "./topics/Topics.ts"

/**
 * Appends by a line for each partition, and consumes as a member of the group. Starts before Kafka is there: appends
 * are refused until the topics are known, consuming waits.
 */
export const layer: Layer.Layer<OrderLog, never, KafkaClient | Topics.Topics> = Layer.effect(
  OrderLog,
  Effect.gen(function*() {
    const client = yield* KafkaClient
    const topics = yield* Topics.Topics
    const { settings } = client
    const appender = yield* Appender.make(settings, settings.ordersTopic)
    const membership = yield* Membership.make(client, settings.ordersTopic, settings.group)
    const answers = yield* TopicHealth.make(client, settings.ordersTopic)

    const offer: OrderLog["Service"]["offer"] = (record, completion) => {
      const count = topics.now()
      if (count === undefined) return completion(notThere)
      if (Exit.isFailure(count)) {
        return completion(Exit.fail(new AppendRefused({ detail: refusalOf(count) ?? "" })))
      }
      const partition = Partition.home(record.itemId, count.value)
      const { headers, itemId, value } = record
      appender.offer(
        partition,
        { key: itemId, value, headers },
        // A broker counts offsets from 0 on, and none has reached 2^53.
        Completion.mapInput(completion, (exit) => Exit.map(exit, (offset) => ({ partition, offset: offset as Offset })))
      )
    }

    // Of a log that is refused nothing is consumed: its partitions are handed over, and taken again when it is not.
    const consume = (worker: Workers.Worker) =>
      topics.whileUsable(
        Effect.flatMap(Effect.orDie(topics.partitions), (partitions) => membership.run(partitions, worker))
      ).pipe(
        Effect.forkScoped,
        Effect.flatMap((fiber) => Effect.onInterrupt(Fiber.join(fiber), () => Fiber.interrupt(fiber)))
      )

    return OrderLog.of({
      partitions: topics.partitions,
      append: (record) => Completion.wait((completion) => offer(record, completion)),
      offer,
      consume,
      isUp: Effect.suspend(() => {
        const count = topics.now()
        return count !== undefined && Exit.isSuccess(count)
          ? answers
          : Effect.succeed(false)
      }),
      trouble: Effect.sync(() => refusalOf(topics.now())),
      warnings: Effect.sync(topics.warnings)
    })
  })
)

/** Why the log is refused; undefined where it is not, or nothing is known. */
const refusalOf = (known: Exit.Exit<number, LogRefused> | undefined): string | undefined =>
  known === undefined ? undefined : Option.getOrUndefined(Exit.findErrorOption(known))?.detail

const notThere = Exit.fail(new AppendRefused({ detail: "Kafka: the topics are not known yet" }))
