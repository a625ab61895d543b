/** The order log on Kafka: the topic `orders`. */
import { AppendRefused, type LogRefused, type LogUnavailable, OrderLog } from "@flash-sale/domain/ports/OrderLog"
import type { Offset } from "@flash-sale/domain/records/Partition"
import * as Partition from "@flash-sale/domain/records/Partition"
import { Effect, Exit, Fiber, Layer, Option, Schedule, type Scope } from "effect"
import * as Completion from "../actor/Completion.ts"
import * as Log from "../observability/logs/Log.ts"
import * as Appender from "./append/Appender.ts"
import { KafkaClient } from "./client/KafkaClient.ts"
import * as RequestCoalescer from "./client/RequestCoalescer.ts"
import * as TopicMetadata from "./client/TopicMetadata.ts"
import * as GroupSession from "./group/GroupSession.ts"
import type * as Workers from "./group/Workers.ts"
import * as Topics from "./topics/Topics.ts"

/** The wait before this process joins the group again after it lost its membership. */
const rejoin = Schedule.jittered(Schedule.spaced("1 second"))

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
    const questions = yield* questionsOf(client)

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

    const consume = (worker: Workers.Worker) => {
      let isAway = false
      const working: Workers.Worker = (owned) => {
        isAway = false
        return worker(owned)
      }
      const warnOnce = ({ detail }: LogUnavailable) => {
        if (isAway) return Effect.void
        isAway = true
        return Log.warn(`No member of ${settings.group} until Kafka answers: ${detail}`, { event: "dependency_down" })
      }
      const session = (partitions: number) =>
        Effect.scoped(GroupSession.run(client, questions, { worker: working, partitions })).pipe(
          Effect.tapError(warnOnce),
          Effect.retry(rejoin),
          Effect.orDie // The schedule has no end, so no failure comes past it.
        )
      // Of a log that is refused nothing is consumed: its partitions are handed over, and taken again when it is not.
      const whenThere = topics.whileUsable(Effect.flatMap(Effect.orDie(topics.partitions), session))
      return Effect.forkScoped(whenThere).pipe(
        Effect.flatMap((fiber) => Effect.onInterrupt(Fiber.join(fiber), () => Fiber.interrupt(fiber)))
      )
    }

    return OrderLog.of({
      partitions: topics.partitions,
      append: (record) => Completion.wait((completion) => offer(record, completion)),
      offer,
      consume,
      isUp: Effect.suspend(() => {
        const count = topics.now()
        return count !== undefined && Exit.isSuccess(count) ? client.isUp : Effect.succeed(false)
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

/** Every partition asks once a second, and all of them at once after an assignment. */
const questionsOf = Effect.fnUntraced(function*(
  client: KafkaClient["Service"]
): Effect.fn.Return<Workers.PartitionQuestions, never, Scope.Scope> {
  const { group, ordersTopic } = client.settings
  return {
    committed: yield* RequestCoalescer.make(
      "committed offsets",
      TopicMetadata.allCommitted(client, ordersTopic, group)
    ),
    bounds: yield* RequestCoalescer.make("bounds", TopicMetadata.allBounds(client, ordersTopic))
  }
})
