/** `flash-sale dlq replay`: new attempts at the orders of letters. */
import type { LetterId } from "@flash-sale/domain/ports/DeadLetters"
import { Console, Effect, Option } from "effect"
import { Argument, Command, Flag } from "effect/cli"
import * as CommandFailed from "../terminal/CommandFailed.ts"
import * as Target from "../terminal/Target.ts"
import * as Batch from "./Batch.ts"
import { by, distinct, filters, id, orUser, text } from "./DlqFlags.ts"
import * as Letters from "./Letters.ts"
import * as Replay from "./Replay.ts"

/** What to replay: letters by their ids, or all that the filters select. */
type Selection = Letters.Filter & { readonly ids: ReadonlyArray<LetterId>; readonly all: boolean }

/** What is wrong with the selection; undefined where nothing is. */
const problemOf = ({ all, ids, item, reason }: Selection): string | undefined => {
  if (all && ids.length > 0) return "either ids or --all: not both"
  if (!all && (Option.isSome(item) || Option.isSome(reason))) return "--item and --reason choose among --all"
  if (!all && ids.length === 0) return "which letters? Name their ids, or all of them by --all"
  if (Option.contains(reason, "Invalid Order Format")) {
    return "letters with the reason Invalid Order Format are no orders, and cannot be replayed: discard them"
  }
}

const replayNamed = Effect.fnUntraced(function*(ids: ReadonlyArray<LetterId>, operator: Letters.Operator) {
  const inspected = yield* Batch.inspect(distinct(ids), Replay.inspect)
  const refusals = Batch.refusals(inspected)
  if (refusals.length > 0) return yield* CommandFailed.failed(...refusals)
  yield* Batch.perform(inspected, (step) => Replay.perform(step, operator))
})

/** A letter that cannot be replayed does not stop the others; it is reported at the end. */
const replayAll = Effect.fnUntraced(function*(filter: Letters.Filter, operator: Letters.Operator) {
  const letters = yield* Target.bounded(Letters.open(filter))
  const orders = letters.filter(({ error }) => error !== "Invalid Order Format")
  const inspected = yield* Batch.inspect(orders, Replay.inspectLetter)
  yield* Batch.perform(inspected, (step) => Replay.perform(step, operator))
  const rest = letters.length - orders.length
  if (rest > 0) yield* Console.log(`left: ${rest} with the reason Invalid Order Format, which only dlq discard takes`)
  if (letters.length === 0) yield* Console.log("no dead letters")
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
  by,
  why: text("why", "For whoever asks later").pipe(Flag.withDefault("no reason given")),
  ...Target.flags
}, ({ all, by, ids, item, reason, why, ...target }) =>
  Effect.gen(function*() {
    const problem = problemOf({ ids, all, item, reason })
    if (problem !== undefined) return yield* CommandFailed.usage(problem)
    const operator = { by: yield* orUser(by), why }
    yield* (all ? replayAll({ item, reason }, operator) : replayNamed(ids, operator)).pipe(
      Effect.provide(Target.layer(target)),
      Effect.mapError(CommandFailed.from)
    )
  })).pipe(
    Command.withDescription(
      "Start a new attempt at the orders of dead letters: units are reserved and the payment is taken again. " +
        "Named letters are replayed all, or none where one cannot be; repeating it starts no second attempt"
    )
  )
