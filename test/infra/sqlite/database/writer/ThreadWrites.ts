/** Writes of `ThreadProgram.ts`, by which the thread itself is tested. They add rows to the settings. */
import * as Write from "@flash-sale/infra/sqlite/database/writer/Write"
import { Result } from "effect"
import { existsSync, writeFileSync } from "node:fs"

/** Adds a row, and says how many there were. */
export const add = Write.define("test.add", (connection, name: string, touch) => {
  const before = connection.all("SELECT name FROM settings").length
  connection.run("INSERT INTO settings VALUES (?, ?)", name, before)
  touch(name)
  return Result.succeed(before)
})

/** Adds a row and regrets it. */
export const regret = Write.define("test.regret", (connection, name: string): Result.Result<void, { why: string }> => {
  connection.run("INSERT INTO settings VALUES (?, 0)", name)
  return Result.fail({ why: `not ${name}` })
})

/** Adds a row and fails by a bug. */
export const stumble = Write.define("test.stumble", (connection, name: string): Result.Result<void> => {
  connection.run("INSERT INTO settings VALUES (?, 0)", name)
  throw new Error(`a bug in ${name}`)
})

/** Adds a row, and ends the thread before it is committed. */
export const exit = Write.define("test.exit", (connection, name: string): Result.Result<void> => {
  connection.run("INSERT INTO settings VALUES (?, 0)", name)
  process.exit(7)
})

/** Kills the process as soon as this write is committed, and before anybody is told. */
export const killAfter = Write.define("test.killAfter", (connection, name: string): Result.Result<void> => {
  connection.run("INSERT INTO settings VALUES (?, 0)", name)
  process.env[KILL] = "yes"
  return Result.void
})

/** Says so in a file, and holds the thread until the file is gone. */
export const hold = Write.define("test.hold", (_, path: string): Result.Result<void> => {
  writeFileSync(path, "held")
  const nobody = new Int32Array(new SharedArrayBuffer(4))
  while (existsSync(path)) Atomics.wait(nobody, 0, 0, 1)
  return Result.void
})

/** Finds the file damaged. */
export const findDamage = Write.define("test.findDamage", (connection): Result.Result<void> => {
  connection.all("SELECT * FROM ballast")
  return Result.void
})

/** Set where the process is to be killed with the next answer. */
export const KILL = "TEST_KILL"
