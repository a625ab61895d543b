/** An endpoint that fails at more events than may wait: it stands still, exactly, and has them all in the end. */
import { assert, it } from "@effect/vitest"
import { MAX_WAITING } from "@flash-sale/domain/webhooks/Standing"
import * as ArchiveLayers from "@flash-sale/infra/archive/ArchiveLayers"
import * as Judgement from "@flash-sale/webhooks/send/Judgement"
import { Sender } from "@flash-sale/webhooks/send/Sender"
import * as Webhooks from "@flash-sale/webhooks/Webhooks"
import * as WebhookState from "@flash-sale/webhooks/work/WebhookState"
import { Effect, Layer, Schedule } from "effect"
import { join } from "node:path"
import { DatabaseSync } from "node:sqlite"
import * as Folders from "../../infra/sqlite/Folders.ts"
import * as Test from "../TestWebhooks.ts"

const EVENTS = MAX_WAITING + 2_000
const AT_ONCE = 1_000
const TIMEOUT = 300_000
const PATIENCE = 120_000

/** Receivers without a network: what each was sent, and what the failing one answers. */
const receivers = () => {
  const sent = { failing: new Set<string>(), fine: new Set<string>() }
  const answers = { failing: 500, fine: 204 }
  const layer = Layer.succeed(Sender, {
    send: ({ name }, { id }) =>
      Effect.sync(() => {
        const who = name === "fine" ? "fine" : "failing"
        sent[who].add(id)
        return Judgement.judge(answers[who], undefined, 0)
      }),
    forget: () => {}
  })
  return { answers, layer, sent }
}

it.live(
  "12,000 failures leave 10,000 that wait, hold up no other, and no event is passed over",
  () =>
    Effect.gen(function*() {
      const folder = yield* Folders.temporary
      const { answers, layer, sent } = receivers()
      const file = Test.fileOf(["failing", "fine"].map((name) => Test.written(name, "https://shop.example/")))
      const process = Webhooks.layer.pipe(Layer.provide(layer), Layer.provideMerge(WebhookState.layer(file)))
      yield* Effect.gen(function*() {
        for (const name of ["failing", "fine"]) yield* Test.known(name)
        // No page of events ends where the bound is.
        const ids: Array<string> = [...yield* Test.tell(7)]
        yield* Test.wait("the first are told", () => sent.failing.size === ids.length)
        while (ids.length < EVENTS) ids.push(...yield* Test.tell(AT_ONCE))
        const standing = Effect.delay(Test.standing("failing"), "200 millis")
        const full = yield* Effect.repeat(standing, { until: (one) => (one?.waiting ?? 0) >= MAX_WAITING })
        assert.deepInclude(full, { condition: "full", waiting: MAX_WAITING })
        yield* Test.wait("the other one is told all", () => sent.fine.size === ids.length, PATIENCE)
        // What is tried again meanwhile makes no room: it waits for longer.
        yield* Effect.sleep("3 seconds")
        assert.strictEqual((yield* Test.standing("failing"))?.waiting, MAX_WAITING)
        assert.strictEqual(sent.failing.size, MAX_WAITING)
        answers.failing = 204
        const archive = new DatabaseSync(join(folder, "archive.sqlite"))
        // Whoever writes is of this process: waiting for it here would hold it up.
        const hurry = Effect.try(() => archive.exec("UPDATE webhook_deliveries SET due_at = 0"))
        yield* Effect.retry(hurry, { schedule: Schedule.spaced("10 millis"), times: 1_000 })
        archive.close()
        yield* Test.wait("it is told all", () => sent.failing.size === ids.length, PATIENCE)
        yield* Effect.repeat(standing, { until: (one) => one?.waiting === 0 })
        assert.deepStrictEqual([...sent.failing].toSorted(), ids.toSorted())
      }).pipe(Effect.provide(process.pipe(Layer.provideMerge(ArchiveLayers.layerFile(folder)))))
    }).pipe(Effect.scoped, Effect.provide(Test.silent)),
  TIMEOUT
)
