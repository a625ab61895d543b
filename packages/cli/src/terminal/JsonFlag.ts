/** `--json`: what a command prints, for programs. Its fields are those of the HTTP API where that has them. */
import { Flag } from "effect/cli"

const flag = (description: string) =>
  Flag.Boolean("json").pipe(Flag.withDescription(description), Flag.withDefault(false))

/** One answer. */
export const one = { json: flag("Print one JSON object") }
/** A list. */
export const lines = { json: flag("Print one JSON object a line") }
