/** A shop whose events are kept in memory, for tests of what a processor tells. */
import type { CloudEvent } from "@flash-sale/domain/events/CloudEvent"
import { Command } from "@flash-sale/domain/records/Command"
import { RequestId } from "@flash-sale/domain/records/Ids"
import { Effect } from "effect"
import * as HoldWorld from "../holds/HoldWorld.ts"
import type { MemoryEvents } from "./MemoryEvents.ts"

/** A world with a processor that tells so much. */
export const opened = Effect.fnUntraced(function*(told: "held" | "all" = "held", stock?: number) {
  const world = yield* HoldWorld.make(stock)
  yield* world.startThat(told)
  const actions = HoldWorld.actionsOf(world)
  return {
    ...world,
    ...actions,
    giveUp: (requestId: string) => world.append(Command.GiveUp({ requestId: RequestId.make(requestId), attempt: 1 })),
    /** From now on the provider answers no charge. */
    answersNothing: () => {
      world.provider.charge = () => Effect.never
    },
    /** Ends a processor that cannot write any more, as a kill does. */
    kill: Effect.gen(function*() {
      world.faults.writes = world.faults.letters = true
      yield* world.stop
      world.faults.writes = world.faults.letters = false
    })
  }
})

export type EventWorld = Effect.Success<ReturnType<typeof opened>>

/** The events of an order, in order, without those that say how far everything is told. */
export const eventsOf = ({ told }: MemoryEvents, requestId: string): ReadonlyArray<CloudEvent> =>
  told.flatMap(({ event }) => "requestId" in event.data && event.data.requestId === requestId ? [event] : [])

/** Type and status of each. */
export const stepsOf = (events: MemoryEvents, requestId: string): ReadonlyArray<string> =>
  eventsOf(events, requestId).map(({ data, type }) => "status" in data ? `${type} ${data.status}` : type)

export const idsOf = ({ told }: MemoryEvents): ReadonlyArray<string> => told.map(({ event }) => event.id)

/** The ids without those of positions, each once. */
export const distinct = (
  events: MemoryEvents
): ReadonlyArray<string> => [...new Set(idsOf(events).filter((id) => !id.endsWith("-position")))]

/** How far everything is told, as the last event says. */
export const nextOf = ({ told }: MemoryEvents): number | undefined => told.at(-1)?.next
