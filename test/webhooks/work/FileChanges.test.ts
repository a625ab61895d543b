/** The file of the endpoints is another one while events are read and are under way. */
import { assert, describe, it } from "@effect/vitest"
import { WebhookQueue } from "@flash-sale/domain/ports/WebhookQueue"
import { Webhooks } from "@flash-sale/domain/ports/Webhooks"
import * as Judgement from "@flash-sale/webhooks/send/Judgement"
import { Sender } from "@flash-sale/webhooks/send/Sender"
import { Deferred, Effect, Layer } from "effect"
import * as Test from "../TestWebhooks.ts"

const SHOP = "shop"
const TIMEOUT = 60_000
const FORMER = "http://former.example/"
const shop = Test.written(SHOP, FORMER)

interface Sent {
  readonly id: string
  readonly url: string
}

/** Nothing is answered before the gate is open, and then by `statusOf`. */
const sending = (statusOf: (sent: Sent) => number = () => 204) => {
  const begun: Array<Sent> = []
  const gate = Deferred.makeUnsafe<void>()
  const sender = Layer.succeed(Sender, {
    send: ({ url }, { id }) =>
      Effect.suspend(() => {
        const sent = { id, url: url.href }
        begun.push(sent)
        return Effect.as(Deferred.await(gate), Judgement.judge(statusOf(sent), undefined, 0))
      }),
    forget: () => {}
  })
  return { begun, sender, open: Deferred.succeed(gate, undefined) }
}

const conditionIs = (wanted: string) =>
  Effect.repeat(Test.standing(SHOP), { until: (one) => one?.condition === wanted })

describe.concurrent("An endpoint", () => {
  it.live(
    "that leaves the file while events are read is told them when it is back",
    () => {
      const file = Test.fileOf([shop])
      const { begun, open, sender } = sending()
      let wasTaken = false
      const leaving = Effect.map(WebhookQueue, (queue) => ({
        ...queue,
        page: (cursor: number, limit: number) =>
          Effect.tap(queue.page(cursor, limit), ({ events }) =>
            Effect.sync(() => {
              if (events.length === 0 || wasTaken) return
              wasTaken = true
              file.write([])
            }))
      }))
      return Effect.gen(function*() {
        yield* open
        yield* Test.known(SHOP)
        const before = (yield* Effect.flatMap(Webhooks, ({ list }) => list))[0]
        const ids = yield* Test.tell(100)
        yield* conditionIs("unlisted")
        assert.deepStrictEqual([wasTaken, begun, before?.waiting], [true, [], 0])
        file.write([shop])
        yield* Test.wait("all are told", () => begun.length >= ids.length)
        assert.sameMembers(begun.map(({ id }) => id), ids)
      }).pipe(
        Effect.provide(Test.processBy(file, sender)),
        Effect.provide([Layer.provideMerge(Layer.effect(WebhookQueue, leaving), Test.archive), Test.silent]),
        Effect.scoped
      )
    },
    TIMEOUT
  )

  it.live("that is disabled is sent nothing from that moment on, and all of it later", () => {
    const file = Test.fileOf([shop])
    const { begun, open, sender } = sending()
    return Effect.gen(function*() {
      yield* Test.known(SHOP)
      const ids = yield* Test.tell(100)
      yield* Test.wait("as many are under way as may be", () => begun.length === 16)
      file.write([{ ...shop, disabled: true }])
      yield* open
      yield* conditionIs("disabled")
      assert.strictEqual(begun.length, 16)
      file.write([shop])
      yield* Test.wait("all are told", () => new Set(begun.map(({ id }) => id)).size === ids.length)
    }).pipe(Effect.provide(Test.processBy(file, sender)), Effect.provide([Test.archive, Test.silent]), Effect.scoped)
  }, TIMEOUT)

  it.live("whose former url answers 410 after it has another one is not gone", () => {
    const file = Test.fileOf([shop])
    const { begun, open, sender } = sending(({ url }) => url === FORMER ? 410 : 204)
    return Effect.gen(function*() {
      yield* Test.known(SHOP)
      const ids = yield* Test.tell(20)
      yield* Test.wait("as many are under way as may be", () => begun.length === 16)
      file.write([{ ...shop, url: "http://new.example/" }])
      yield* Effect.repeat(Test.standing(SHOP), { until: (one) => one?.url === "http://new.example/" })
      yield* open
      const told = () => new Set(begun.filter(({ url }) => url !== FORMER).map(({ id }) => id))
      yield* Test.wait("all are told where it is now", () => told().size === ids.length)
      const standing = yield* Test.standing(SHOP)
      assert.deepStrictEqual([standing?.condition, standing?.goneAt], ["delivering", undefined])
    }).pipe(Effect.provide(Test.processBy(file, sender)), Effect.provide([Test.archive, Test.silent]), Effect.scoped)
  }, TIMEOUT)
})
