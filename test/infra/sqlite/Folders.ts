/** Folders for files that a test leaves behind. */
import { Effect, type Scope } from "effect"
import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"

/** An empty folder, gone when the scope closes. */
export const temporary: Effect.Effect<string, never, Scope.Scope> = Effect.acquireRelease(
  Effect.sync(() => mkdtempSync(join(tmpdir(), "flash-sale-"))),
  (folder) => Effect.sync(() => rmSync(folder, { recursive: true, force: true }))
)
