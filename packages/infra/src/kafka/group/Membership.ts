/** Being a member of a group that consumes a topic, again and again: Kafka may go, and come back at any time. */
import type { LogUnavailable } from "@flash-sale/domain/ports/OrderLog"
import { Effect, Schedule, type Scope } from "effect"
import * as Log from "../../observability/logs/Log.ts"
import type { KafkaClient } from "../client/KafkaClient.ts"
import * as RequestCoalescer from "../client/RequestCoalescer.ts"
import * as TopicMetadata from "../client/TopicMetadata.ts"
import * as GroupSession from "./GroupSession.ts"
import type * as Workers from "./Workers.ts"

/** The wait before this process joins the group again after it lost its membership. */
const rejoin = Schedule.jittered(Schedule.spaced("1 second"))

type Client = KafkaClient["Service"]

export interface Membership {
  /** Joins and runs `worker` for each partition while it is owned. Leaves when it is interrupted. */
  readonly run: (partitions: number, worker: Workers.Worker) => Effect.Effect<never>
}

export const make = Effect.fnUntraced(function*(
  client: Client,
  topic: string,
  group: string
): Effect.fn.Return<Membership, never, Scope.Scope> {
  const questions = yield* questionsOf(client, topic, group)
  return {
    run: (partitions, worker) => {
      let isAway = false
      const working: Workers.Worker = (owned) => {
        isAway = false
        return worker(owned)
      }
      const warnOnce = ({ detail }: LogUnavailable) => {
        if (isAway) return Effect.void
        isAway = true
        return Log.warn(`No member of ${group} until Kafka answers: ${detail}`, { event: "dependency_down" })
      }
      return Effect.scoped(GroupSession.run(client, { topic, group, partitions }, questions, working)).pipe(
        Effect.tapError(warnOnce),
        Effect.retry(rejoin),
        Effect.orDie // The schedule has no end, so no failure comes past it.
      )
    }
  }
})

/** Every partition asks once a second, and all of them at once after an assignment. */
const questionsOf = Effect.fnUntraced(function*(
  client: Client,
  topic: string,
  group: string
): Effect.fn.Return<Workers.PartitionQuestions, never, Scope.Scope> {
  return {
    committed: yield* RequestCoalescer.make("committed offsets", TopicMetadata.allCommitted(client, topic, group)),
    bounds: yield* RequestCoalescer.make("bounds", TopicMetadata.allBounds(client, topic))
  }
})
