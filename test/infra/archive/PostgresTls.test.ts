/** The archive in a PostgreSQL that takes encrypted connections only. */
import { assert, describe, it } from "@effect/vitest"
import { Archive, ArchiveWriter } from "@flash-sale/domain/ports/Archive"
import * as ArchiveLayers from "@flash-sale/infra/archive/ArchiveLayers"
import * as ArchiveLook from "@flash-sale/infra/archive/ArchiveLook"
import { Effect, Redacted } from "effect"
import { readFileSync } from "node:fs"
import { fresh } from "../../contract/archive/ArchiveContract.ts"
import { batch, step } from "../../contract/archive/Telling.ts"
import { make } from "../../servers/Certificates.ts"
import { PostgresServer } from "../../servers/PostgresServer.ts"
import { needed, postgresPrograms } from "../../servers/servers.ts"

const programs = needed(postgresPrograms())

const own = Effect.gen(function*() {
  const certificates = yield* Effect.acquireRelease(
    Effect.promise(make),
    ({ remove }) => Effect.promise(remove)
  )
  const server = yield* Effect.acquireRelease(
    Effect.promise(() => PostgresServer.make(programs)),
    (made) => Effect.promise(() => made.stop())
  )
  yield* Effect.promise(() => server.encrypt(certificates.server))
  yield* Effect.promise(() => server.start())
  const urlOf = (query: string) => Redacted.make(`postgres://postgres@${server.address}/template1${query}`)
  return {
    urlOf,
    trusted: readFileSync(certificates.ca, "utf8"),
    stranger: readFileSync(certificates.stranger, "utf8")
  }
})

const use = Effect.gen(function*() {
  const { record } = yield* ArchiveWriter
  const { find } = yield* Archive
  const order = fresh(10)
  yield* record(batch([step("order.completed", order)]))
  return (yield* find(order.request)).length
})

describe("the archive in a PostgreSQL that wants TLS", () => {
  it.live(
    "is used where its certificate is signed by an authority that is trusted, and else not",
    () =>
      Effect.gen(function*() {
        const { stranger, trusted, urlOf } = yield* own
        const through = (query: string, ca?: string) =>
          use.pipe(
            Effect.provide(ArchiveLayers.layerPostgres(urlOf(query), ca)),
            Effect.catchTag("ArchiveUnavailable", ({ detail }) => Effect.succeed(detail))
          )
        assert.strictEqual(yield* through("?sslmode=require", trusted), 1)
        assert.match(String(yield* through("?sslmode=require", stranger)), /certificate/)
        assert.match(String(yield* through("?sslmode=require")), /certificate/)
        assert.match(String(yield* through("?sslmode=disable")), /no encryption|pg_hba/)
        const looked = yield* ArchiveLook.atUrl(urlOf("?sslmode=require"), trusted)
        assert.nestedProperty(looked, "tables.found.version")
      }).pipe(Effect.scoped),
    120_000
  )
})
