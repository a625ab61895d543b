/** Events as nobody should tell them: each costs itself at the most, and never those behind it. */
import { assert, it } from "@effect/vitest"
import { Webhooks } from "@flash-sale/domain/ports/Webhooks"
import { Effect, Layer } from "effect"
import * as Receiver from "../Receiver.ts"
import * as Test from "../TestWebhooks.ts"

const SHOP = "shop"

it.live(
  "Events with ids and traces that no header may hold stop nobody, and put in no header",
  () =>
    Effect.gen(function*() {
      const receiver = yield* Receiver.make()
      const process = Test.processOf(Test.fileOf([Test.written(SHOP, receiver.url)]))
      yield* Effect.gen(function*() {
        yield* Test.known(SHOP)
        const traces = ["00-1\r\nx-injected: yes", "\u0000", "\u2192", "x".repeat(30_000), 7, null]
        for (const [at, traceparent] of traces.entries()) yield* Test.tellAs(`trace-${at}`, { traceparent })
        for (const id of ["1\r\nx-injected: yes", "\u2192"]) yield* Test.tellAs(id, {})
        const ids = yield* Test.tell(50)
        yield* Test.wait("all others are told", () => receiver.ids().length === traces.length + ids.length)
        for (const { headers } of receiver.received) {
          assert.notProperty(headers, "x-injected")
          assert.notProperty(headers, "traceparent")
        }
        const webhooks = yield* Webhooks
        const { entries } = yield* Effect.repeat(
          webhooks.deliveries({ endpoint: Test.nameOf(SHOP), state: "waiting" }, undefined, 10),
          { until: (page) => page.entries.length === 2 }
        )
        for (const { error } of entries) assert.strictEqual(error, "the exchange failed (ERR_INVALID_CHAR)")
      }).pipe(Effect.provide(process))
    }).pipe(Effect.scoped, Effect.provide(Layer.mergeAll(Test.archive, Test.silent))),
  30_000
)
