/** Which connection writes the file of a place. */
import { Effect, type Scope } from "effect"
import * as FatalFailure from "../../../resilience/FatalFailure.ts"
import type { Connection } from "../Connection.ts"
import type { Damage } from "../DamageGuard.ts"
import * as OpenFile from "../OpenFile.ts"
import type { Signals } from "../Signals.ts"
import * as ThreadWriter from "./ThreadWriter.ts"
import * as Writer from "./Writer.ts"

/** `thread` is the program of a thread that writes the file; without it the thread writes that asks for it. */
export type Location = "memory" | Exclude<OpenFile.Location, "memory"> & { readonly thread?: URL }

/** A thread of its own where the place names its program, else the connection that reads. */
export const open = (
  location: Location,
  connection: Connection,
  damage: Damage,
  signals: Signals
): Effect.Effect<Writer.Writer, never, Scope.Scope> =>
  Effect.gen(function*() {
    if (location === "memory" || location.thread === undefined) return Writer.here(connection, signals)
    const path = OpenFile.pathIn(location.folder)
    const { fail } = yield* FatalFailure.FatalFailure
    // What only reads must not write by mistake: it would not be in the order of the writes.
    yield* Effect.sync(() => connection.script("PRAGMA query_only = ON"))
    return yield* ThreadWriter.make({ program: location.thread, path, damage, signals, gone: fail })
  })
