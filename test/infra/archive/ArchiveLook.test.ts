/** What a look at an archive finds, and that it changes nothing. */
import { assert, describe, it } from "@effect/vitest"
import { ArchiveWriter } from "@flash-sale/domain/ports/Archive"
import { Offset, PartitionId } from "@flash-sale/domain/records/Partition"
import * as Migration from "@flash-sale/infra/archive/tables/Migration"
import * as InfraArchives from "@flash-sale/infra/InfraArchives"
import * as InfraLooks from "@flash-sale/infra/InfraLooks"
import { Effect, type Layer, Redacted } from "effect"
import { mkdtempSync, readdirSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { needed, postgresAddr } from "../../servers/servers.ts"
import * as OwnDatabase from "./OwnDatabase.ts"

const address = needed(postgresAddr())
const partition = PartitionId.make(3)
const told = Offset.make(42)

/** Takes in that everything of a partition before an offset is told. */
const fill = (archives: Layer.Layer<InfraArchives.Archives, unknown>) =>
  Effect.gen(function*() {
    const { record } = yield* ArchiveWriter
    const batch = { source: "order-events", partition, events: [], letters: [], handlings: [] } as const
    yield* record({ ...batch, next: Offset.make(9), told })
  }).pipe(Effect.provide(archives), Effect.orDie)

const folder = Effect.acquireRelease(
  Effect.sync(() => mkdtempSync(join(tmpdir(), "flash-sale-look-"))),
  (path) => Effect.sync(() => rmSync(path, { recursive: true }))
)

describe("A look at the archive in PostgreSQL", () => {
  const tablesOf = (url: Redacted.Redacted) =>
    OwnDatabase.administer(
      address,
      "SELECT tablename FROM pg_tables WHERE schemaname = 'public'",
      new URL(Redacted.value(url)).pathname.slice(1)
    )

  it.live("finds no tables and makes none", () =>
    Effect.gen(function*() {
      const url = yield* OwnDatabase.make(address)
      const found = yield* InfraLooks.archive({ url })
      assert.match(found?.place ?? "", /^[\w.]+:\d+\/archive_\w+$/)
      assert.deepInclude(found?.tables, { found: { version: 0, latest: Migration.LATEST } })
      assert.deepInclude(found?.told, { why: "its tables cannot be read" })
      assert.deepStrictEqual(yield* tablesOf(url), [])
    }).pipe(Effect.scoped))

  it.live("finds the version of the tables, and how far they are", () =>
    Effect.gen(function*() {
      const url = yield* OwnDatabase.make(address)
      yield* fill(InfraArchives.layer({ url }))
      const found = yield* InfraLooks.archive({ url })
      assert.deepInclude(found?.tables, { found: { version: Migration.LATEST, latest: Migration.LATEST } })
      assert.deepInclude(found?.told, { found: new Map([[partition, told]]) })
      yield* OwnDatabase.administer(
        address,
        "UPDATE archive_version SET version = 99",
        new URL(Redacted.value(url)).pathname.slice(1)
      )
      assert.deepInclude((yield* InfraLooks.archive({ url }))?.tables, {
        found: { version: 99, latest: Migration.LATEST }
      })
    }).pipe(Effect.scoped))

  it.live("says why it does not answer, and shows no password", () =>
    Effect.gen(function*() {
      const url = Redacted.make("postgres://shop:s3cret@127.0.0.1:1/archive")
      const found = yield* InfraLooks.archive({ url })
      assert.strictEqual(found?.place, "127.0.0.1:1/archive")
      assert.match(JSON.stringify(found?.tables), /ECONNREFUSED/)
      assert.notInclude(JSON.stringify(found), "s3cret")
    }))

  it.live("finds none where none is named", () =>
    Effect.gen(function*() {
      assert.isUndefined(yield* InfraLooks.archive({ url: undefined }))
    }))
})

describe("A look at the archive's file", () => {
  it.live("finds what it holds and changes nothing, and none where there is none", () =>
    Effect.gen(function*() {
      const dataDir = yield* folder
      assert.isUndefined(yield* InfraLooks.archiveFile({ dataDir }))
      assert.deepStrictEqual(readdirSync(dataDir), [])
      yield* fill(InfraArchives.layerEmbedded({ dataDir }))
      const before = readdirSync(dataDir)
      const found = yield* InfraLooks.archiveFile({ dataDir })
      assert.strictEqual(found?.place, join(dataDir, "archive.sqlite"))
      assert.deepInclude(found?.tables, { found: { version: Migration.LATEST, latest: Migration.LATEST } })
      assert.deepInclude(found?.told, { found: new Map([[partition, told]]) })
      assert.deepStrictEqual(readdirSync(dataDir), before)
    }).pipe(Effect.scoped))
})
