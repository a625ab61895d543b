/** One endpoint, and a process on PostgreSQL that delivers to it. */
import { Webhooks } from "@flash-sale/domain/ports/Webhooks"
import * as ArchiveLayers from "@flash-sale/infra/archive/ArchiveLayers"
import { Effect, Exit, ManagedRuntime, Redacted, Scope } from "effect"
import { writeFile } from "node:fs/promises"
import { join } from "node:path"
import { onTestFinished } from "vitest"
import * as OwnDatabase from "../infra/archive/OwnDatabase.ts"
import { until } from "../servers/Processes.ts"
import { needed, postgresAddr } from "../servers/servers.ts"
import * as Receiver from "../webhooks/Receiver.ts"
import * as Test from "../webhooks/TestWebhooks.ts"
import * as Services from "./Services.ts"

export const PATIENCE = 60_000
export const SHOP = Test.nameOf("shop")
/** Events that are told at once. */
export const EVENTS = 40

const address = needed(postgresAddr())

/** `env` is for the process. */
export const make = async (env: Readonly<Record<string, string>> = {}) => {
  const scope = Effect.runSync(Scope.make())
  onTestFinished(() => Effect.runPromise(Scope.close(scope, Exit.void)))
  const within = <A>(made: Effect.Effect<A, never, Scope.Scope>) => Effect.runPromise(Scope.provide(made, scope))
  const url = await within(OwnDatabase.make(address))
  const receiver = await within(Receiver.make())
  const archive = ManagedRuntime.make(ArchiveLayers.layerPostgres(url))
  await within(Effect.addFinalizer(() => archive.disposeEffect))
  const taken = new Set<string>()
  const answer = (status: number) => {
    receiver.answer = (response, { id }) => {
      if (status < 300) taken.add(id)
      response.writeHead(status).end()
    }
  }
  answer(204)
  const database = new URL(Redacted.value(url)).pathname.slice(1)
  const sql = (statement: string) => Effect.runPromise(OwnDatabase.administer(address, statement, database))
  const path = join(await Services.folder(), "webhooks.json")
  const shop = Test.written(SHOP, receiver.url)
  const write = (secret: string | ReadonlyArray<string>) =>
    writeFile(path, JSON.stringify([{ ...shop, secret }]), { mode: 0o600 })
  await write(shop.secret)
  const service = await Services.service("webhooks", {
    ...env,
    ARCHIVE_URL: Redacted.value(url),
    WEBHOOKS_FILE: path,
    WEBHOOKS_ALLOW_PRIVATE: "true"
  })
  const standing = () => archive.runPromise(Test.standing(SHOP))
  const untilStanding = (what: string, isSo: (now: Awaited<ReturnType<typeof standing>>) => boolean) =>
    until(what, async () => isSo(await standing()), PATIENCE)
  // Whoever writes first makes the tables.
  await archive.runPromise(Test.tell(0))
  await service.start()
  await untilStanding("the endpoint is held", (now) => now?.condition === "delivering")
  return {
    answer,
    receiver,
    service,
    sql,
    taken,
    untilStanding,
    write,
    secret: String(shop.secret),
    ids: [] as Array<string>,
    tell: async function(count = EVENTS) {
      this.ids.push(...await archive.runPromise(Test.tell(count)))
    },
    ask: <A, E>(work: (webhooks: Webhooks["Service"]) => Effect.Effect<A, E>) =>
      archive.runPromise(Effect.flatMap(Webhooks, work)),
    untilTaken: async function() {
      await until("all are taken", () => taken.size >= this.ids.length, PATIENCE)
    }
  }
}

export type Scene = Awaited<ReturnType<typeof make>>
