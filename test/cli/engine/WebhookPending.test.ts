/** A test event that nobody sends: the command waits its 15 seconds, and says why, by both doors. */
import { expect, layer } from "@effect/vitest"
import { Effect } from "effect"
import * as KnownWebhooks from "../../operations/webhooks/KnownWebhooks.ts"
import { beside, layerArchived, through } from "./EitherWay.ts"

layer(layerArchived, { excludeTestServices: true, timeout: 60_000 })("a test event that nobody sends", (it) => {
  it.effect("is told after 15 seconds, with what to do", () =>
    Effect.gen(function*() {
      yield* Effect.scoped(KnownWebhooks.make(204))
      const both = yield* Effect.all([beside("webhook test gone"), through("webhook test gone --json")], {
        concurrency: "unbounded"
      })
      for (const { code, complaint } of both) {
        expect(code).toBe(1)
        expect(complaint).toMatch(/nobody knows yet what became of the test event \(webhook-id test-/)
        expect(complaint).toMatch(/\nflash-sale: it has answered 410: flash-sale webhook enable delivers to it again$/)
      }
      expect(JSON.parse(both[1].out)).toMatchObject({ webhook: "gone", outcome: "pending" })
    }), 60_000)
})
