/** `flash-sale recover --accept-log`: what is left of the log becomes the truth. */
import * as Infra from "@flash-sale/infra/Infra"
import { Console, Effect } from "effect"
import * as AuditTarget from "../terminal/AuditTarget.ts"
import * as CommandFailed from "../terminal/CommandFailed.ts"
import * as Target from "../terminal/Target.ts"
import * as Accept from "./Accept.ts"

/** Accepts the embedded file first, where there is one: no engine and no command opens one that has lost something. */
export const run = Effect.fnUntraced(function*(options: Accept.Options, place: Target.Target) {
  if (!(yield* Target.isDistributed(place))) yield* acceptFile(place, options.yes)
  yield* Effect.provide(Accept.run(options), AuditTarget.layer(place))
})

/** Prints what the file has lost, and takes it as it is with `yes`. Does nothing where the file is whole. */
const acceptFile = Effect.fnUntraced(function*(place: Target.Target, yes: boolean) {
  const settings = yield* Target.embedded(place)
  const losses = yield* Infra.embeddedLosses(settings)
  yield* Infra.verifyEmbedded(settings)
  if (losses.length === 0) return
  for (const loss of losses) yield* Console.log(loss)
  if (!yes) {
    return yield* CommandFailed.failed("nothing was changed; --yes goes on with what is left, and cannot be undone")
  }
  yield* Infra.acceptEmbeddedLosses(settings)
  yield* Console.log("the file is accepted as it is")
})
