/** `flash-sale recover --accept-log` on an embedded file that no engine opens, as it has lost what was acknowledged. */
import * as Infra from "@flash-sale/infra/Infra"
import type * as Settings from "@flash-sale/infra/Settings"
import { Console, Effect } from "effect"
import * as CommandFailed from "../terminal/CommandFailed.ts"

/** Says what is lost, and takes the file as it is where that is asked for. Nothing where it is whole. */
export const run = Effect.fnUntraced(function*(settings: Settings.EmbeddedSettings, yes: boolean) {
  const losses = yield* Infra.embeddedLosses(settings)
  if (losses.length === 0) return
  for (const loss of losses) yield* Console.log(loss)
  if (!yes) {
    return yield* CommandFailed.failed("nothing was changed; --yes goes on with what is left, and cannot be undone")
  }
  yield* Infra.acceptEmbeddedLosses(settings)
  yield* Console.log("the file is accepted as it is")
})
