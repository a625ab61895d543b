/** `flash-sale dlq replay`: new attempts at the orders of letters. */
import type { LetterId } from "@flash-sale/domain/ports/DeadLetters"
import type { Operator } from "@flash-sale/domain/records/operator/Operator"
import * as Letters from "@flash-sale/operations/letters/Letters"
import { distinct } from "@flash-sale/operations/letters/LetterSelection"
import * as Replay from "@flash-sale/operations/letters/Replay"
import { Console, Effect, Option } from "effect"
import { Argument, Command, Flag } from "effect/cli"
import * as CommandFailed from "../terminal/CommandFailed.ts"
import * as JsonFlag from "../terminal/JsonFlag.ts"
import * as OperatorFlags from "../terminal/OperatorFlags.ts"
import * as Target from "../terminal/Target.ts"
import * as Batch from "./Batch.ts"
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
  if (Option.contains(reason, "Invalid Order Format")) {
    return "letters with the reason Invalid Order Format are no orders, and cannot be replayed: discard them"
  }
}

const wordsOf = (json: boolean) => json ? LetterWords.jsonOfReplayed : LetterWords.ofReplayed

const replayNamed = Effect.fnUntraced(function*(ids: ReadonlyArray<LetterId>, operator: Operator, json: boolean) {
  const inspected = yield* Batch.inspect(distinct(ids), Replay.inspect)
  const refusals = Batch.refusals(inspected)
  if (refusals.length > 0) return yield* CommandFailed.failed(...refusals)
  yield* Batch.perform(inspected, (step) => Effect.map(Replay.perform(step, operator), wordsOf(json)))
})

/** A letter that cannot be replayed does not stop the others; it is reported at the end. */
const replayAll = Effect.fnUntraced(function*(filter: Letters.Filter, operator: Operator, json: boolean) {
  const letters = yield* Target.bounded(Letters.open(filter))
  const orders = letters.filter(({ error }) => error !== "Invalid Order Format")
  const inspected = yield* Batch.inspect(orders, Replay.inspectLetter)
  yield* Batch.perform(inspected, (step) => Effect.map(Replay.perform(step, operator), wordsOf(json)))
  const rest = letters.length - orders.length
  if (rest > 0 && !json) {
    yield* Console.log(`left: ${rest} with the reason Invalid Order Format, which only dlq discard takes`)
  }
  if (letters.length === 0 && !json) yield* Console.log("no dead letters")
  const refusals = Batch.refusals(inspected)
  if (refusals.length > 0) return yield* CommandFailed.failed(...refusals)
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
  ...Target.flags
}, ({ all, by, dryRun, ids, item, json, olderThan, reason, why, ...target }) =>
  Effect.gen(function*() {
    const problem = problemOf({ ids, all, item, olderThan, reason })
    if (problem !== undefined) return yield* CommandFailed.usage(problem)
    const operator = yield* OperatorFlags.operator({ by, reason: why })
    const filter = filterOf({ item, olderThan, reason })
    const replay = dryRun
      ? DryRun.run(all ? { _tag: "Filter", filter } : { _tag: "Ids", ids }, json)
      : all
      ? replayAll(filter, operator, json)
      : replayNamed(ids, operator, json)
    yield* replay.pipe(
      Effect.provide(Target.layer(target)),
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
