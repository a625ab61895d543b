/** What happened, a line each, in virtual time: to be read when a history went wrong. */
import * as Monotonic from "@flash-sale/infra/time/Monotonic"
import { Effect } from "effect"
import { Process } from "./Process.ts"

export interface Trace {
  readonly note: (what: string) => Effect.Effect<void>
  readonly lines: () => ReadonlyArray<string>
}

export const make = (): Trace => {
  const lines: Array<string> = []
  return {
    lines: () => lines,
    note: (what) =>
      Effect.gen(function*() {
        const millis = yield* Monotonic.now
        const { name } = yield* Process
        lines.push(`${(millis / 1000).toFixed(3).padStart(9)} ${name.padEnd(6)} ${what}`)
      })
  }
}
