/** A request id used again, on one file. */
import * as SqliteDatabase from "@flash-sale/infra/sqlite/database/SqliteDatabase"
import * as SqliteInfra from "@flash-sale/infra/sqlite/SqliteInfra"
import { Effect, Layer, Result } from "effect"
import { mkdtemp, rm } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import * as ReusedRequestIds from "../ReusedRequestIds.ts"
import * as TestGateway from "../TestGateway.ts"

const folder = Effect.acquireRelease(
  Effect.promise(() => mkdtemp(join(tmpdir(), "flash-sale-ids-"))),
  (path) => Effect.promise(() => rm(path, { recursive: true, force: true }))
)

/** Beside the engine. */
const statuses = Layer.effect(
  ReusedRequestIds.Statuses,
  Effect.map(SqliteDatabase.SqliteDatabase, (database) => ({
    forget: (requestId: string) =>
      Effect.orDie(database.writeSoon((connection) => {
        connection.run("DELETE FROM statuses WHERE request = ?", requestId)
        return Result.void
      }))
  }))
)

const engine = Layer.unwrap(Effect.map(folder, (path) =>
  statuses.pipe(
    Layer.provide(SqliteDatabase.layer({ folder: path })),
    Layer.provideMerge(TestGateway.layerOver(SqliteInfra.layer({ folder: path })))
  )))

ReusedRequestIds.suite("on one file", engine)
