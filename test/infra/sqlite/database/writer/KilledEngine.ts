/** A process of its own for `ThreadWriter.test.ts`: killed between a commit and its answer. */
import * as SqliteDatabase from "@flash-sale/infra/sqlite/database/SqliteDatabase"
import { Effect } from "effect"
import { writeSync } from "node:fs"
import * as ThreadWrites from "./ThreadWrites.ts"

const STDOUT = 1
const thread = new URL("./ThreadProgram.ts", import.meta.url)

await Effect.runPromise(
  Effect.gen(function*() {
    const database = yield* SqliteDatabase.SqliteDatabase
    yield* database.write(ThreadWrites.add, "answered")
    writeSync(STDOUT, "answered\n")
    yield* database.write(ThreadWrites.killAfter, "committed")
    writeSync(STDOUT, "committed\n")
  }).pipe(Effect.provide(SqliteDatabase.layer({ folder: process.argv[2]!, thread })))
)
