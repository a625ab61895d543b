/** `flash-sale dlq replay`: new attempts at the orders of letters. */
import type { LetterId } from "@flash-sale/domain/ports/DeadLetters"
import * as Letters from "@flash-sale/operations/letters/Letters"
import type { LetterSelection } from "@flash-sale/operations/letters/LetterSelection"
import { Console, Effect, Option } from "effect"
import { Argument, Command, Flag } from "effect/cli"
import { Engine } from "../engine/Engine.ts"
import * as EngineAt from "../engine/EngineAt.ts"
import * as CommandFailed from "../terminal/CommandFailed.ts"
import * as JsonFlag from "../terminal/JsonFlag.ts"
import * as OperatorFlags from "../terminal/OperatorFlags.ts"
import * as Target from "../terminal/Target.ts"
import { type Chosen, filterOf, filters, id } from "./DlqFlags.ts"
import * as DryRun from "./DryRun.ts"
import * as LetterWords from "./LetterWords.ts"

/** What to replay: letters by their ids, or all that the filters select. */
type Selection = Chosen & { readonly ids: ReadonlyArray<LetterId>; readonly all: boolean }

/** What is wrong with the selection; undefined where nothing is. */
const problemOf = ({ all, ids, item, olderThan, reason }: Selection): string | undefined => {
  if (all && ids.length > 0) return "either ids or --all: not both"
  if (!all && (Option.isSome(item) || Option.isSome(reason) || Option.isSome(olderThan))) {
    return "--item, --reason and --older-than choose among --all"
  }
  if (!all && ids.length === 0) return "which letters? Name their ids, or all of them by --all"
  const unplaced = Option.filter(reason, (one) => one !== "Payment Timeout")
  if (Option.isSome(unplaced)) {
    return `letters with the reason ${unplaced.value} are no orders, and cannot be replayed: discard them`
  }
}

/**
 * Of letters that are named one that cannot be replayed keeps the others as they are; among all it stops no other, and
 * is reported at the end.
 */
const run = Effect.fnUntraced(function*(selection: LetterSelection, given: OperatorFlags.Given, json: boolean) {
  const engine = yield* Engine
  const words = json ? LetterWords.jsonOfReplayed : LetterWords.ofReplayed
  const { noOrders, refused, total } = yield* engine.replay(
    selection,
    { ...given, flag: "--why" },
    (replayed) => Console.log(words(replayed))
  )
  if (noOrders > 0 && !json) {
    yield* Console.log(`left: ${noOrders} that are no orders, which only dlq discard takes`)
  }
  if (total === 0 && !json) yield* Console.log("no dead letters")
  if (refused.length > 0) return yield* CommandFailed.failed(...LetterWords.ofRefused(refused))
})

export const command = Command.make("replay", {
  ids: id.pipe(Argument.variadic()),
  all: Flag.Boolean("all").pipe(
    Flag.withDescription(`All that nobody has handled, at most ${Letters.MAX_LETTERS} at once`),
    Flag.withDefault(false)
  ),
  ...filters,
  dryRun: Flag.Boolean("dry-run").pipe(
    Flag.withDescription("Say for each letter what would become of it now, and change nothing"),
    Flag.withDefault(false)
  ),
  ...JsonFlag.lines,
  by: OperatorFlags.by,
  why: OperatorFlags.why("why").pipe(Flag.withDescription("Why, for whoever asks later"), Flag.optional),
  ...Target.anywhere
}, ({ all, by, dryRun, ids, item, json, olderThan, reason, why, ...target }) =>
  Effect.gen(function*() {
    const problem = problemOf({ ids, all, item, olderThan, reason })
    if (problem !== undefined) return yield* CommandFailed.usage(problem)
    const selection: LetterSelection = all
      ? { _tag: "Filter", filter: filterOf({ item, olderThan, reason }) }
      : { _tag: "Ids", ids }
    yield* (dryRun ? DryRun.run(selection, json) : run(selection, { by, reason: why }, json)).pipe(
      Effect.provide(EngineAt.layer(target)),
      Effect.mapError(CommandFailed.from)
    )
  })).pipe(
    Command.withDescription(
      "Start a new attempt at the orders of dead letters: units are reserved and the payment is taken again. " +
        "Named letters are replayed all, or none where one cannot be; repeating it starts no second attempt"
    ),
    Command.withExamples([{ command: "flash-sale dlq replay --all --reason payment-timeout --dry-run" }, {
      command: "flash-sale dlq replay 3-1742 --why \"the provider is back\""
    }])
  )
