/** `flash-sale reset`: a system that has sold nothing yet begins again. */
import * as Infra from "@flash-sale/infra/Infra"
import { Console, Effect } from "effect"
import { Command, Flag } from "effect/cli"
import { resolve } from "node:path"
import * as CommandFailed from "../terminal/CommandFailed.ts"
import * as EngineName from "../terminal/EngineName.ts"
import * as JsonFlag from "../terminal/JsonFlag.ts"
import * as Target from "../terminal/Target.ts"

const DISTRIBUTED =
  "reset is for the embedded file: with Kafka and Redis, topics, group and keys are deleted by hand, " +
  "as docs/operations.md says under \"Starting afresh\". Nothing was changed"

export const command = Command.make("reset", {
  yes: Flag.Boolean("yes").pipe(
    Flag.withDescription("Do it: every order and all stock are gone for good. Without it only says what would go"),
    Flag.withDefault(false)
  ),
  ...JsonFlag.one,
  ...Target.flags
}, ({ json, yes, ...place }) =>
  Effect.gen(function*() {
    if (yield* Target.isDistributed(place)) return yield* CommandFailed.usage(DISTRIBUTED)
    const settings = yield* Target.embedded(place)
    yield* EngineName.sayEmbedded(settings)
    const { left, removed } = yield* Infra.resetEmbedded(settings, yes)
    const folder = resolve(settings.dataDir)
    if (json) yield* Console.log(JSON.stringify({ folder, done: yes, removed, left }))
    else {
      yield* Console.log(`${folder}: ${yes ? "removed" : "would remove"} ${removed.join(", ")}`)
      if (left.length > 0) yield* Console.log(`${folder}: ${yes ? "left" : "would leave"} ${left.join(", ")}`)
    }
    if (!yes) {
      return yield* CommandFailed.failed("nothing was changed; --yes forgets every order and all stock, for good")
    }
  }).pipe(Effect.mapError(CommandFailed.from))).pipe(
    Command.withDescription(
      "Forget every order and all stock of the embedded engine, while none runs. Keys stay. For a test system, never " +
        "for one that has sold"
    ),
    Command.withExamples([{ command: "flash-sale reset --data-dir ./data --yes" }])
  )
