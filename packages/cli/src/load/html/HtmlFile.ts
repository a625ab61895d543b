/** The file of a report. */
import type { LoadReport } from "@flash-sale/pages/report/LoadReport"
import * as ReportMaking from "@flash-sale/pages/server/ReportMaking"
import { Effect } from "effect"
import { accessSync, constants, statSync, writeFileSync } from "node:fs"
import { dirname } from "node:path"
import * as CommandFailed from "../../terminal/CommandFailed.ts"

const messageOf = (error: unknown): string => error instanceof Error ? error.message : String(error)

/** Fails where it could not be written: asked before the run, which a report that is lost would have been for. */
export const check = (path: string): Effect.Effect<void, CommandFailed.CommandFailed> =>
  Effect.try({
    try: () => {
      const found = statSync(path, { throwIfNoEntry: false })
      if (found?.isDirectory() === true) throw new Error("it is a folder")
      accessSync(found === undefined ? dirname(path) : path, constants.W_OK)
    },
    catch: (error) => CommandFailed.usage(`--html: ${path} cannot be written: ${messageOf(error)}`)
  })

/** Takes the place of what is there. */
export const write = (path: string, report: LoadReport): Effect.Effect<void, CommandFailed.CommandFailed> =>
  Effect.tryPromise({
    try: async () => writeFileSync(path, await ReportMaking.htmlOf(report)),
    catch: (error) => CommandFailed.failed(`--html: ${path} cannot be written: ${messageOf(error)}`)
  })
