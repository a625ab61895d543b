/** A process of its own for `ThreadWriter.test.ts`: killed between a commit and its answer. */
import * as SqliteDatabase from "@flash-sale/infra/sqlite/database/SqliteDatabase"
import { Effect } from "effect"
import * as ThreadWrites from "./ThreadWrites.ts"

const thread = new URL("./ThreadProgram.ts", import.meta.url)

await Effect.runPromise(
  Effect.gen(function*() {
    const database = yield* SqliteDatabase.SqliteDatabase
    yield* database.write(ThreadWrites.add, "answered")
    console.log("answered")
    yield* database.write(ThreadWrites.killAfter, "committed")
    console.log("committed")
  }).pipe(Effect.provide(SqliteDatabase.layer({ folder: process.argv[2]!, thread })))
)
