/** An endpoint that has left the file is kept for 30 days, and then forgotten by whoever delivers. */
import { assert, it } from "@effect/vitest"
import { WebhookQueue } from "@flash-sale/domain/ports/WebhookQueue"
import { UNLISTED_KEPT_MILLIS } from "@flash-sale/domain/webhooks/Standing"
import * as ArchiveLayers from "@flash-sale/infra/archive/ArchiveLayers"
import * as Forgetting from "@flash-sale/webhooks/work/Forgetting"
import * as WebhookState from "@flash-sale/webhooks/work/WebhookState"
import { Effect, Layer } from "effect"
import { join } from "node:path"
import { DatabaseSync } from "node:sqlite"
import * as Folders from "../../infra/sqlite/Folders.ts"
import * as Test from "../TestWebhooks.ts"

const DAY = 24 * 60 * 60 * 1_000
const NAMES = ["mug", "shop"]

const names = Effect.map(Effect.forEach(NAMES, Test.standing), (all) => all.flatMap((one) => one?.name ?? []))

/** Moves the moment at which endpoints left the file by so many milliseconds. */
const moveBack = (folder: string, millis: number) =>
  Effect.sync(() => {
    const file = new DatabaseSync(join(folder, "archive.sqlite"))
    file.prepare("UPDATE webhook_endpoints SET unlisted_at = unlisted_at - ?").run(millis)
    file.close()
  })

it.effect("keeps what left the file for 30 days, and what is in it", () =>
  Effect.gen(function*() {
    const folder = yield* Folders.temporary
    const forget = Effect.gen(function*() {
      const queue = yield* WebhookQueue
      const listed = NAMES.map((name) => ({
        name: Test.nameOf(name),
        url: "https://shop.example/",
        events: ["*"],
        isDisabled: false
      }))
      yield* queue.list(listed)
      yield* queue.list(listed.slice(0, 1))
      yield* moveBack(folder, UNLISTED_KEPT_MILLIS - DAY)
      yield* Forgetting.turn
      assert.deepStrictEqual(yield* names, NAMES)
      // Another file of which it is no part says no more of when that was.
      yield* queue.list(listed.slice(0, 1))
      yield* moveBack(folder, 2 * DAY)
      yield* Forgetting.turn
      assert.deepStrictEqual(yield* names, ["mug"])
    })
    const layers = Layer.mergeAll(WebhookState.layer(Test.fileOf()), ArchiveLayers.layerFile(folder), Test.silent)
    yield* Effect.provide(forget, layers)
  }).pipe(Effect.scoped))
