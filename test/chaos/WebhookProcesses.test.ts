/** Two processes of webhooks on one PostgreSQL, killed in turn while events come: none is left out. */
import * as ArchiveLayers from "@flash-sale/infra/archive/ArchiveLayers"
import { Effect, ManagedRuntime, Redacted } from "effect"
import { writeFile } from "node:fs/promises"
import { join } from "node:path"
import { expect, it } from "vitest"
import * as OwnDatabase from "../infra/archive/OwnDatabase.ts"
import { until } from "../servers/Processes.ts"
import { needed, postgresAddr } from "../servers/servers.ts"
import * as Receiver from "../webhooks/Receiver.ts"
import * as Test from "../webhooks/TestWebhooks.ts"
import * as Services from "./Services.ts"

const FULL = process.env["FULL"] === "1"
const KILLS = FULL ? 20 : 4
const EVENTS_BETWEEN = 300
/** Whoever is killed holds the endpoint more often than not: each kill costs a lease of ten seconds, and a start. */
const TIMEOUT = 60_000 + KILLS * 20_000

const address = needed(postgresAddr())

it("Webhooks of two processes leave no event out, with kill -9 of either, and one that stays away", {
  timeout: TIMEOUT
}, () =>
  Effect.runPromise(Effect.scoped(Effect.gen(function*() {
    const url = yield* OwnDatabase.make(address)
    const alive = yield* Receiver.make()
    const silent = yield* Receiver.make(() => {})
    const ends = ManagedRuntime.make(ArchiveLayers.layerPostgres(url))
    yield* Effect.addFinalizer(() => ends.disposeEffect)
    const tell = () => ends.runPromise(Test.tell(EVENTS_BETWEEN))
    yield* Effect.promise(async () => {
      const file = join(await Services.folder(), "webhooks.json")
      const written = ([["alive", alive.url], ["other", alive.url], ["silent", silent.url]] as const)
        .map(([name, to]) => Test.written(name, to))
      await writeFile(file, JSON.stringify(written), { mode: 0o600 })
      const env = { ARCHIVE_URL: Redacted.value(url), WEBHOOKS_FILE: file, WEBHOOKS_ALLOW_PRIVATE: "true" }
      const processes = [await Services.service("webhooks", env), await Services.service("webhooks", env)]
      for (const one of processes) {
        await one.start()
        await one.untilHealth(200)
      }
      const held = async () => (await ends.runPromise(Test.standing("alive")))?.condition === "delivering"
      await until("the endpoint is held", held, 30_000)
      const ids: Array<string> = []
      for (let kill = 0; kill < KILLS; kill++) {
        const victim = processes[kill % 2]!
        ids.push(...await tell())
        await until("some are told", () => alive.ids().length > ids.length - EVENTS_BETWEEN, 30_000)
        await victim.killHard()
        ids.push(...await tell())
        // The last one does not come back: the other takes over what it held.
        if (kill < KILLS - 1) await victim.start()
      }
      const isTold = () => alive.ids().length === ids.length && alive.received.length >= 2 * ids.length
      await until("all are told to both", isTold, 60_000)
      expect(alive.ids().toSorted()).toEqual(ids.toSorted())
      expect(alive.received.length - 2 * ids.length).toBeLessThan(KILLS * 800)
      expect(await processes[KILLS % 2]!.stop()).toEqual({ code: 0, signal: null })
    })
  }))))
