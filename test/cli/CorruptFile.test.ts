/** A file of which SQLite cannot read a page: every command says so, and what helps; none says that all is well. */
import { NodeServices } from "@effect/platform-node"
import { layer } from "@effect/vitest"
import * as Reconcile from "@flash-sale/cli/reconcile/Reconcile"
import * as Recover from "@flash-sale/cli/recover/Recover"
import * as Infra from "@flash-sale/infra/Infra"
import * as Connection from "@flash-sale/infra/sqlite/database/Connection"
import { Effect, Layer } from "effect"
import { Command as Cli } from "effect/cli"
import { closeSync, openSync, writeSync } from "node:fs"
import { join } from "node:path"
import { expect } from "vitest"
import * as Folders from "../infra/sqlite/Folders.ts"
import * as CommandLine from "./CommandLine.ts"

const type = CommandLine.runner(Cli.runWith(
  Cli.make("flash-sale").pipe(Cli.withSubcommands([Reconcile.command, Recover.command])),
  { version: "0.0.0" }
))

const PAGE = 4_096

/** Overwrites the page at which the dead letters begin, which neither log nor items are read from. */
const damage = (folder: string) =>
  Effect.sync(() => {
    const path = join(folder, "engine.sqlite")
    const connection = Connection.open(path)
    connection.checkpoint()
    const row = connection.get("SELECT rootpage FROM sqlite_schema WHERE name = 'letters'") ?? {}
    connection.close()
    const file = openSync(path, "r+")
    writeSync(file, Buffer.alloc(PAGE, 0xff), 0, PAGE, (Connection.integer(row, "rootpage") - 1) * PAGE)
    closeSync(file)
  })

layer(NodeServices.layer, { excludeTestServices: true })("A corrupt file", (it) => {
  it.effect("reconcile and recover agree on it, and name what helps", () =>
    Effect.gen(function*() {
      const folder = yield* Folders.temporary
      yield* Effect.scoped(Layer.build(Infra.layerEmbedded({ dataDir: folder })))
      for (const line of ["reconcile", "recover --accept-log"]) {
        expect(yield* type(line, { DATA_DIR: folder })).toMatchObject({ isSuccess: true })
      }
      yield* damage(folder)
      for (
        const line of ["reconcile", "reconcile --apply", "recover --accept-log", "recover --accept-log --yes"]
      ) {
        const typed = yield* type(line, { DATA_DIR: folder })
        expect(typed.isSuccess, line).toBe(false)
        expect(typed.complaint, line).toMatch(/^flash-sale: cannot open .*it is corrupt \(.*; bring back a backup of/)
        expect(typed.complaint, line).toContain("flash-sale restore")
        expect(typed.out, line).not.toMatch(/0 differ|nothing to accept|goes on|accepted/)
      }
    }))
})
