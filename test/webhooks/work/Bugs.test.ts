/** Bugs beside the endpoints: each is said, costs what it has hit, and stops nobody for good. */
import { assert, describe, it } from "@effect/vitest"
import { WebhookQueue } from "@flash-sale/domain/ports/WebhookQueue"
import * as Judgement from "@flash-sale/webhooks/send/Judgement"
import { Sender } from "@flash-sale/webhooks/send/Sender"
import { Effect, Layer, Logger } from "effect"
import * as Test from "../TestWebhooks.ts"

const SHOP = "shop"
const TIMEOUT = 60_000

/** Takes everything, but dies where `dies` says so. */
const taking = (dies: (id: string) => boolean) => {
  const taken: Array<string> = []
  const sender = Layer.succeed(Sender, {
    send: (_, { id }) =>
      Effect.sync(() => {
        if (dies(id)) throw new Error("a bug in sending")
        taken.push(id)
        return Judgement.judge(204, undefined, 0)
      }),
    forget: () => {}
  })
  return { taken, sender }
}

/** Counts the lines that say a bug. */
const bugs = () => {
  const seen: Array<string> = []
  const logger = Logger.make<unknown, void>(({ cause, message }) => {
    if (cause.reasons.length > 0) seen.push(String(message))
  })
  return { seen, layer: Logger.layer([logger]) }
}

type Queue = WebhookQueue["Service"]

/** The archive, with a queue that is made of its own. */
const archiveWith = (change: (queue: Queue) => Partial<Queue>) =>
  Layer.effect(WebhookQueue, Effect.map(WebhookQueue, (queue) => ({ ...queue, ...change(queue) }))).pipe(
    Layer.provideMerge(Test.archive)
  )

const diesOnce = <A, E>(effect: Effect.Effect<A, E>) => {
  let hasDied = false
  return Effect.suspend(() => {
    if (hasDied) return effect
    hasDied = true
    return Effect.die(new Error("a bug in the queue"))
  })
}

describe.concurrent("A bug", () => {
  it.live("in sending one event is a failure of that one: those behind it are told", () => {
    const said = bugs()
    const bad: Array<string> = []
    const { sender, taken } = taking((id) => bad.includes(id))
    return Effect.gen(function*() {
      yield* Test.known(SHOP)
      const rest = yield* Effect.forEach([1, 2, 3], (n) => {
        bad.push(`bad-${n}`)
        return Effect.andThen(Test.tellAs(`bad-${n}`, {}), Test.tell(5))
      })
      yield* Test.wait("all others are told", () => taken.length === rest.flat().length)
      const failed = yield* Effect.repeat(Test.standing(SHOP), { until: (one) => one?.waiting === 3 })
      assert.strictEqual(failed?.lastFailure, "it was not sent, by a fault of the engine")
      assert.isAtLeast(said.seen.length, 3)
      bad.length = 0
      yield* Test.wait("they are told again", () => taken.length === rest.flat().length + 3)
    }).pipe(
      Effect.provide(Test.processBy(Test.fileOf([Test.written(SHOP, "http://shop.example/")]), sender)),
      Effect.provide([Test.archive, said.layer]),
      Effect.scoped
    )
  }, TIMEOUT)

  const cases: ReadonlyArray<readonly [what: string, change: (queue: Queue) => Partial<Queue>]> = [
    ["reading what is new", ({ page }) => {
      const dying = diesOnce(Effect.void)
      return { page: (...args) => Effect.andThen(dying, page(...args)) }
    }],
    ["writing what was sent", ({ advance }) => {
      const dying = diesOnce(Effect.void)
      return { advance: (...args) => Effect.andThen(dying, advance(...args)) }
    }],
    ["holding", ({ hold }) => {
      const dying = diesOnce(Effect.void)
      return { hold: (...args) => Effect.andThen(dying, hold(...args)) }
    }],
    ["looking for the end", ({ end }) => ({ end: diesOnce(end) })]
  ]
  it.live.each(cases)("in %s is said, and it is begun anew", ([, change]) => {
    const said = bugs()
    const { sender, taken } = taking(() => false)
    return Effect.gen(function*() {
      yield* Test.known(SHOP)
      const ids = yield* Test.tell(5)
      yield* Test.wait("all are told", () => new Set(taken).size === ids.length)
      // Held on to, and living: what comes later is told as well, and all of it is behind the cursor.
      const later = yield* Test.tell(5)
      yield* Test.wait("later ones are told", () => new Set(taken).size === ids.length + later.length)
      yield* Effect.repeat(Test.standing(SHOP), { until: (one) => one?.oldestAt === undefined })
      assert.strictEqual(said.seen.length, 1)
    }).pipe(
      Effect.provide(Test.processBy(Test.fileOf([Test.written(SHOP, "http://shop.example/")]), sender)),
      Effect.provide([archiveWith(change), said.layer]),
      Effect.scoped
    )
  }, TIMEOUT)

  it.live("in a round of what has failed is said, and it is begun anew", () => {
    const said = bugs()
    let isDown = true
    const { sender, taken } = taking(() => isDown)
    const change = ({ due }: Queue): Partial<Queue> => {
      const dying = diesOnce(Effect.void)
      return { due: (...args) => Effect.andThen(dying, due(...args)) }
    }
    return Effect.gen(function*() {
      yield* Test.known(SHOP)
      const ids = yield* Test.tell(2)
      yield* Effect.repeat(Test.standing(SHOP), { until: (one) => one?.waiting === 2 })
      isDown = false
      yield* Test.wait("they are told again", () => new Set(taken).size === ids.length, 30_000)
      assert.include(said.seen.join("\n"), "sending to shop")
    }).pipe(
      Effect.provide(Test.processBy(Test.fileOf([Test.written(SHOP, "http://shop.example/")]), sender)),
      Effect.provide([archiveWith(change), said.layer]),
      Effect.scoped
    )
  }, TIMEOUT)
})
