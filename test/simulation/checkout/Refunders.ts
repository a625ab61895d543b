/** Operators who give sales back, pay back what came too late, and change how long holds last. */
import { DeadLetters } from "@flash-sale/domain/ports/DeadLetters"
import { CorrelationId } from "@flash-sale/domain/records/Ids"
import { ownerIn } from "@flash-sale/domain/records/Order"
import { Effect, Random } from "effect"
import * as Chance from "../Chance.ts"
import { items } from "../Operator.ts"
import type { World } from "../World.ts"
import * as Gateways from "./Gateways.ts"

/** Refunds that are asked for in a world at the most. */
const MAX_REFUNDS = 10
/** The longest pause between two looks. */
const MAX_PAUSE_MILLIS = 5_000
/** How long holds last at first that do not say it, in seconds. */
const FIRST_SECONDS = 15
/** How many are paid back by a person, 0 to 1, and how many are asked for twice. */
const BY_HAND = 0.2
const TWICE = 0.4

/** Gives back one of the orders that are completed; perhaps twice at once, and perhaps not the same way. */
const refund = Effect.fnUntraced(function*(world: World) {
  const completed = [...world.store.statuses().values()].filter(({ status }) => status === "COMPLETED")
  if (completed.length === 0) return false
  const { attempt, fingerprint, itemId, requestId } = yield* Random.choice(completed)
  const userId = ownerIn(fingerprint)
  if (userId === undefined) return false
  const caller = { world, itemId, requestId, userId, correlationId: CorrelationId.make(`refund-${requestId}`) }
  const times = (yield* Chance.happens(TWICE)) ? 2 : 1
  for (let time = 0; time < times; time++) {
    const restock = yield* Random.nextBoolean
    const byHand = (yield* Chance.happens(BY_HAND)) ? `cash-${time}` : undefined
    yield* Gateways.refund(caller, attempt, restock, byHand, { by: `operator ${time}` })
  }
  return true
})

/** Marks a payment that is due as paid back. */
const payBack = (world: World) =>
  Effect.suspend(() => {
    const letter = world.letters.open().find(({ error }) => error === "Payment Without Order")
    if (letter === undefined) return Effect.void
    const { offset, partition } = letter
    return Effect.flatMap(DeadLetters, (letters) =>
      letters.handle({ partition, offset, action: "discarded", by: "operator", why: "paid back", timestamp: "" })).pipe(
        Effect.provide(world.letters.layer)
      )
  })

const change = (world: World) =>
  Effect.gen(function*() {
    const itemId = yield* Random.choice(items)
    const patch = yield* Random.choice([
      { maxHoldSeconds: 5 },
      { maxHoldSeconds: 25 },
      { maxHoldSeconds: null },
      { holdSeconds: 6 },
      { holdSeconds: 25 }
    ])
    yield* Gateways.changeHolds(world, itemId, patch)
  })

/** For as long as the world; the refunds come to an end. */
export const duty = (world: World) =>
  Effect.gen(function*() {
    // A hold of ten minutes is a long time to wait for.
    for (const itemId of items) {
      yield* Effect.sleep(yield* Random.nextIntBetween(0, MAX_PAUSE_MILLIS))
      yield* Gateways.changeHolds(world, itemId, { holdSeconds: FIRST_SECONDS })
    }
    let refunds = 0
    for (;;) {
      yield* Effect.sleep(yield* Random.nextIntBetween(0, MAX_PAUSE_MILLIS))
      yield* payBack(world)
      if (refunds >= MAX_REFUNDS) continue
      if (yield* refund(world)) refunds++
      if (yield* Random.nextBoolean) yield* change(world)
    }
  }).pipe(Effect.orDie)
