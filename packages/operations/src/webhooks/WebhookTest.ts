/** Sending a test event to a webhook, and what became of it: whoever delivers to the webhook sends it. */
import * as Webhooks from "@flash-sale/domain/ports/Webhooks"
import type { Operator } from "@flash-sale/domain/records/operator/Operator"
import type { EndpointName } from "@flash-sale/domain/webhooks/Endpoint"
import type { TestOutcome } from "@flash-sale/domain/webhooks/Standing"
import { Clock, type Duration, Effect, Option, Schedule } from "effect"
import { randomUUID } from "node:crypto"

/** How often it is looked whether the outcome is known. */
const EVERY = "200 millis"

/** A test that nobody has sent yet. */
const pending = (id: string, endpoint: EndpointName, askedAt: number): TestOutcome => ({
  id,
  endpoint,
  askedAt,
  doneAt: undefined,
  isDelivered: undefined,
  status: undefined,
  error: undefined,
  tookMillis: undefined
})

export const isKnown = ({ isDelivered }: TestOutcome): boolean => isDelivered !== undefined

/** Asks for a test event. Gives it as it is asked for. */
export const ask = Effect.fnUntraced(function*(name: EndpointName, operator: Operator) {
  const webhooks = yield* Webhooks.optional
  const id = `test-${randomUUID()}`
  const now = yield* Clock.currentTimeMillis
  yield* webhooks.test(name, id, operator, now)
  return pending(id, name, now)
})

/** What became of a test event; none where the webhook has had none of this id. */
export const outcome = Effect.fnUntraced(function*(name: EndpointName, id: string) {
  const webhooks = yield* Webhooks.optional
  return Option.filter(Option.fromUndefinedOr(yield* webhooks.outcome(id)), ({ endpoint }) => endpoint === name)
})

/** Looks until the outcome is known; the test as it was asked for where that takes longer than `within`. */
export const settled = <A, E, R>(
  asked: A,
  look: Effect.Effect<Option.Option<A>, E, R>,
  isKnown: (test: A) => boolean,
  within: Duration.Input
): Effect.Effect<A, E, R> =>
  look.pipe(
    Effect.map(Option.getOrElse(() => asked)),
    Effect.repeat({ schedule: Schedule.spaced(EVERY), until: isKnown }),
    Effect.timeoutOrElse({ duration: within, orElse: () => Effect.succeed(asked) })
  )
