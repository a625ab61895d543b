/** Order events on Kafka: the topic `order-events`. */
import { headersOf, OrderEvents } from "@flash-sale/domain/ports/OrderEvents"
import { Effect, Fiber, Layer, Schedule } from "effect"
import { KafkaClient } from "./client/KafkaClient.ts"
import * as TopicHealth from "./client/TopicHealth.ts"
import * as TopicMetadata from "./client/TopicMetadata.ts"
import * as EventAppends from "./events/EventAppends.ts"
import * as EventsTopic from "./events/EventsTopic.ts"
import * as LastEvents from "./events/LastEvents.ts"
import * as Membership from "./group/Membership.ts"
import type * as Workers from "./group/Workers.ts"

/** The wait before it is looked again whether there are events to consume. */
const untilReady = Schedule.jittered(Schedule.spaced("1 second"))

/**
 * Starts before Kafka is there, and asks nothing of it before it is used. Makes the topic where it is missing and
 * `mayMake` lets it.
 */
export const layer = (mayMake: boolean): Layer.Layer<OrderEvents, never, KafkaClient> =>
  Layer.effect(
    OrderEvents,
    Effect.gen(function*() {
      const client = yield* KafkaClient
      const { eventsTopic: topic } = client.settings
      const { ready, warnings } = yield* EventsTopic.make(client, mayMake)
      const appends = yield* EventAppends.make(client.settings, topic)
      const last = yield* LastEvents.make(client, topic)
      const boundsOf = TopicMetadata.one(TopicMetadata.allBounds(client, topic))
      const isUp = yield* TopicHealth.make(client, topic)

      const consume = Effect.fnUntraced(function*(group: string, worker: Workers.Worker) {
        const membership = yield* Membership.make(client, topic, group)
        const session = Effect.retry(ready, untilReady).pipe(
          Effect.orDie, // The schedule has no end, so no failure comes past it.
          Effect.flatMap((partitions) => membership.run(partitions, worker))
        )
        const fiber = yield* Effect.forkScoped(session)
        return yield* Effect.onInterrupt(Fiber.join(fiber), () => Fiber.interrupt(fiber))
      })

      return OrderEvents.of({
        append: (partition, events, next) =>
          events.length === 0 ? Effect.void : Effect.andThen(
            ready,
            appends.append(
              partition,
              events.map(({ itemId, traceparent, value }) => ({
                key: itemId,
                value,
                headers: headersOf(next, traceparent)
              }))
            )
          ),
        told: (partition) => Effect.andThen(ready, last(partition)),
        bounds: (partition) => Effect.andThen(ready, boundsOf(partition)),
        consume,
        isUp,
        warnings: Effect.sync(() => {
          const trouble = appends.trouble()
          return trouble === undefined ? warnings() : [...warnings(), `order events are not told: ${trouble}`]
        })
      })
    })
  )
