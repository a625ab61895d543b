/** Buyers who have units held first, and what they do then: each has a story, of calls at moments around its end. */
import { CorrelationId, type ItemId, RequestId, UserId } from "@flash-sale/domain/records/Ids"
import { Effect, Random, Result } from "effect"
import * as Buyers from "../Buyers.ts"
import * as Chance from "../Chance.ts"
import { items } from "../Operator.ts"
import type { World } from "../World.ts"
import * as Gateways from "./Gateways.ts"

const HOLDS = 36
/** They come within so long, which is about as long as the blows. */
const COME_WITHIN_MILLIS = 30_000
const USERS = 5
/** What they ask for, in seconds; undefined leaves it to the sale. */
const LENGTHS = [1, 3, 3, 8, 8, 8, 20, 20, 40, undefined]
/** What they believe who have left it to the sale. */
const BELIEVED_SECONDS = 20
/** How long after its end a hold is asked for again, at the most. */
const MAX_LATE_MILLIS = 9_000
/** How close to its end a call comes at the last moment. */
const BRINK_MILLIS = 1_500
/** Calls that follow each other so closely that any may be the first. */
const CLOSE_MILLIS = 1_000
/** How many go on though they were told that there is nothing left for them, 0 to 1. */
const STUBBORN = 0.15
/** Payments that a shop takes for orders that were paid for, or that nobody has placed. */
const STRAY_PAYMENTS = 8

/** A call, and after how many milliseconds from its hold it is made. */
interface Step {
  readonly after: number
  readonly call: (caller: Gateways.Caller) => Effect.Effect<unknown>
}

const callerOf = (world: World, itemId: ItemId, name: string, user: string): Gateways.Caller => ({
  world,
  itemId,
  requestId: RequestId.make(name),
  userId: UserId.make(user),
  correlationId: CorrelationId.make(`c-${name}`)
})

const confirm = (token: string) => (caller: Gateways.Caller) => Gateways.confirm(caller, token)
const paid = (name: string) => (caller: Gateways.Caller) => Gateways.paid(caller, `${name}-of-${caller.requestId}`)
const cancel = (caller: Gateways.Caller) => Gateways.cancel(caller)
const byAnother = (call: Step["call"]) => (caller: Gateways.Caller) =>
  call({ ...caller, userId: UserId.make("another@shop") })

/** A moment of a hold of so many milliseconds, and one after its end. */
const within = (millis: number) => Random.nextIntBetween(0, Math.ceil(millis * 0.8))
const around = (millis: number) => Random.nextIntBetween(0, Math.ceil(millis * 1.3))
const brink = (millis: number) => Random.nextIntBetween(Math.max(0, millis - BRINK_MILLIS), millis + BRINK_MILLIS)
const after = (millis: number) => Random.nextIntBetween(millis, millis + MAX_LATE_MILLIS)
const atOnce = (start: number, calls: ReadonlyArray<Step["call"]>) =>
  Effect.forEach(
    calls,
    (call) => Effect.map(Random.nextIntBetween(0, CLOSE_MILLIS), (millis): Step => ({ after: start + millis, call }))
  )

/** The same order again, or one that is no hold, under its id, of which the gateways know nothing any more. */
const again = (amount: number, holdSeconds: number | undefined, isHold: boolean) => (caller: Gateways.Caller) =>
  Effect.andThen(
    caller.world.store.expire(caller.requestId),
    isHold ? Gateways.hold(caller, amount, holdSeconds) : Gateways.buy(caller, amount)
  )

type Story = (millis: number, amount: number) => Effect.Effect<ReadonlyArray<Step>>

const one = (moment: (millis: number) => Effect.Effect<number>, call: Step["call"]): Story => (millis) =>
  Effect.map(moment(millis), (at) => [{ after: at, call }])

const each = (...stories: ReadonlyArray<Story>): Story => (millis, amount) =>
  Effect.map(Effect.forEach(stories, (story) => story(millis, amount)), (steps) => steps.flat())

const stories: Readonly<Record<string, Story>> = {
  "leaves": () => Effect.succeed([]),
  "confirms": one(within, confirm("tok-1")),
  "confirms at some time": one(around, confirm("tok-1")),
  "confirms at the last moment": one(brink, confirm("tok-1")),
  "pays at the last moment": one(brink, paid("a")),
  "confirms late": one(after, confirm("tok-1")),
  "confirms twice": each(one(within, confirm("tok-1")), one(around, confirm("tok-2"))),
  "cancels": one(around, cancel),
  "cancels while paying": (millis) =>
    Effect.flatMap(within(millis), (at) => atOnce(at, [confirm("tok-1"), cancel, cancel])),
  "pays elsewhere": one(within, paid("a")),
  "pays elsewhere twice the same": each(one(within, paid("a")), one(around, paid("a"))),
  // The first call overtakes the hold: it is the payment of nothing yet.
  "pays before it is held, and again": each(one(() => Effect.succeed(0), paid("a")), one(within, paid("a"))),
  "pays too late": one(after, paid("a")),
  "pays twice": each(one(around, paid("a")), one(around, paid("b"))),
  "pays and confirms": each(one(within, confirm("tok-1")), one(around, paid("a"))),
  "cancels and pays": each(one(within, cancel), one(around, paid("a"))),
  "all at once": (millis) =>
    Effect.flatMap(around(millis), (at) => atOnce(at, [confirm("tok-1"), paid("a"), paid("b"), cancel])),
  "is another's": each(
    one(within, byAnother(confirm("tok-1"))),
    one(within, byAnother(paid("x"))),
    one(around, paid("a"))
  ),
  "buys under the same id": (millis, amount) =>
    Effect.map(around(millis), (at) => [{ after: at, call: again(amount, undefined, false) }]),
  "holds again": (millis, amount) =>
    Effect.flatMap(Effect.all([within(millis), around(millis)]), ([first, second]) =>
      Effect.succeed([
        { after: first, call: confirm("tok-1") },
        { after: second, call: again(amount, 40, true) }
      ]))
}

const live = Effect.fnUntraced(function*(world: World, n: number) {
  yield* Effect.sleep(yield* Random.nextIntBetween(0, COME_WITHIN_MILLIS))
  const itemId = yield* Random.choice(items)
  const caller = callerOf(world, itemId, `h-${n}-${itemId}`, `shopper-${n % USERS}@shop`)
  const amount = 1 + (n % 3)
  const holdSeconds = yield* Random.choice(LENGTHS)
  const story = yield* Random.choice(Object.keys(stories))
  const steps = yield* stories[story]!(1_000 * (holdSeconds ?? BELIEVED_SECONDS), amount)
  yield* world.trace.note(`${caller.requestId} for ${holdSeconds} s: ${story}`)
  let isTurnedAway = false
  const held = Effect.map(Gateways.hold(caller, amount, holdSeconds), (answer) => {
    isTurnedAway = answer === undefined || (Result.isFailure(answer) && answer.failure._tag !== "DuplicateRequest")
  })
  const calls = steps.map(({ after: millis, call }) =>
    Effect.gen(function*() {
      yield* Effect.sleep(millis)
      if (!isTurnedAway || (yield* Chance.happens(STUBBORN))) yield* call(caller)
    })
  )
  // The first call may overtake the hold.
  yield* Effect.all([held, ...calls], { concurrency: "unbounded", discard: true })
})

/** A shop that has taken money for what was bought with the engine's own payment, or was never ordered. */
const stray = Effect.fnUntraced(function*(world: World, n: number) {
  yield* Effect.sleep(yield* Random.nextIntBetween(0, COME_WITHIN_MILLIS))
  const itemId = yield* Random.choice(items)
  const name = n % 4 === 0 ? `nobody-${n}-${itemId}` : Buyers.anyRequestOf(yield* Random.nextIntBetween(0, 100), itemId)
  yield* Gateways.paid(callerOf(world, itemId, name, `u-${n}`), `stray-${n}`)
})

const numbered = (count: number) => Array.from({ length: count }, (_, n) => n)

export const shoppers = (world: World) =>
  Effect.all(
    [...numbered(HOLDS).map((n) => live(world, n)), ...numbered(STRAY_PAYMENTS).map((n) => stray(world, n))],
    { concurrency: "unbounded", discard: true }
  )
