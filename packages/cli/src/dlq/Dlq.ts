/** `flash-sale dlq list|show|replay|discard`: the operator's hand on what needs a person. */
import type { LetterId } from "@flash-sale/domain/ports/DeadLetters"
import { OrderStatuses } from "@flash-sale/domain/ports/OrderStatuses"
import { ItemId } from "@flash-sale/domain/records/Ids"
import { Clock, Console, Effect, Option, Schema } from "effect"
import { Argument, Command, Flag } from "effect/cli"
import { userInfo } from "node:os"
import * as CommandFailed from "../terminal/CommandFailed.ts"
import * as Target from "../terminal/Target.ts"
import * as Batch from "./Batch.ts"
import * as Discard from "./Discard.ts"
import * as LetterFormat from "./LetterFormat.ts"
import * as LetterIdText from "./LetterIdText.ts"
import * as Letters from "./Letters.ts"
import * as Replay from "./Replay.ts"

/** The longest name and reason that a mark carries, in characters. */
const MAX_TEXT = 500

const id = Argument.String("id").pipe(
  Argument.filterMap(LetterIdText.read, () => "the id of a letter, such as 3-1742"),
  Argument.withDescription("The letter, as dlq list names it: partition and offset of its record, such as 3-1742")
)

const filters = {
  reason: Flag.ChoiceWithValue("reason", Letters.REASONS).pipe(
    Flag.withDescription("Only letters with this reason"),
    Flag.optional
  ),
  item: Flag.String("item").pipe(
    Flag.withSchema(ItemId),
    Flag.withDescription("Only letters of this item"),
    Flag.optional
  )
}

const text = (name: string, description: string) =>
  Flag.String(name).pipe(
    Flag.filter(
      (given) => given.trim() !== "" && given.length <= MAX_TEXT,
      () => `1 to ${MAX_TEXT} characters`
    ),
    Flag.withDescription(description)
  )

const by = text("by", "Who does it; the user of the operating system where it is absent").pipe(Flag.optional)

/** A container's user may have no name. */
const orUser = (given: Option.Option<string>): Effect.Effect<string> =>
  Option.match(given, {
    onSome: Effect.succeed,
    onNone: () => Effect.orElseSucceed(Effect.try(() => userInfo().username), () => "unknown")
  })

const distinct = (
  ids: ReadonlyArray<LetterId>
): ReadonlyArray<LetterId> => [...new Map(ids.map((id) => [LetterIdText.show(id), id])).values()]

const list = Command.make("list", {
  limit: Flag.Int("limit").pipe(
    Flag.withSchema(Schema.Int.check(Schema.isBetween({ minimum: 1, maximum: Letters.MAX_LETTERS }))),
    Flag.withDescription("The most letters to print, the oldest first"),
    Flag.withDefault(100)
  ),
  ...filters,
  json: Flag.Boolean("json").pipe(Flag.withDescription("One JSON object a line"), Flag.withDefault(false)),
  ...Target.flags
}, ({ item, json, limit, reason, ...target }) =>
  Effect.gen(function*() {
    const letters = yield* Letters.open({ item, reason })
    const now = yield* Clock.currentTimeMillis
    const shown = letters.slice(0, limit)
    if (json) return yield* Effect.forEach(shown, (letter) => Console.log(LetterFormat.jsonLine(letter, now)))
    if (shown.length === 0) return yield* Console.log("no dead letters")
    yield* Console.log(LetterFormat.table(shown, now))
    if (letters.length > limit) yield* Console.log(`and ${letters.length - limit} more: --limit`)
  }).pipe(Target.bounded, Effect.provide(Target.layer(target)), Effect.mapError(CommandFailed.from))).pipe(
    Command.withDescription("Print the dead letters that nobody has handled, oldest first")
  )

const show = Command.make("show", { id, ...Target.flags }, ({ id, ...target }) =>
  Effect.gen(function*() {
    const found = yield* Letters.find(id)
    if (found._tag === "Unknown") return yield* CommandFailed.failed(`${LetterIdText.show(id)} ${Letters.NOT_KNOWN}`)
    if (found._tag === "Handled") {
      return yield* Console.log(`${LetterIdText.show(id)} ${Letters.describeHandling(found.handling)}`)
    }
    const { requestId } = found.letter
    const statuses = yield* OrderStatuses
    const lookup = requestId === undefined ? undefined : yield* statuses.read(requestId)
    const status = lookup?._tag === "Kept" ? Option.some(lookup.record) : Option.none()
    yield* Console.log(LetterFormat.whole(found.letter, status))
  }).pipe(Target.bounded, Effect.provide(Target.layer(target)), Effect.mapError(CommandFailed.from))).pipe(
    Command.withDescription("Print a dead letter and the present status of its order as JSON, or who handled it")
  )

/** What `replay` was told to replay: letters by their ids, or all that the filters leave. */
type Wanted = Letters.Filter & { readonly ids: ReadonlyArray<LetterId>; readonly all: boolean }

const wrongly = ({ all, ids, item, reason }: Wanted): string | undefined => {
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

/** What is refused holds up nobody else, and is told at the end. */
const replayAll = Effect.fnUntraced(function*(filter: Letters.Filter, operator: Letters.Operator) {
  const letters = yield* Target.bounded(Letters.open(filter))
  const orders = letters.filter(({ error }) => error !== "Invalid Order Format")
  const inspected = yield* Batch.inspect(orders, Replay.inspectLetter)
  yield* Batch.perform(inspected, (step) => Replay.perform(step, operator))
  const left = letters.length - orders.length
  if (left > 0) yield* Console.log(`left: ${left} with the reason Invalid Order Format, which only dlq discard takes`)
  if (letters.length === 0) yield* Console.log("no dead letters")
  const refusals = Batch.refusals(inspected)
  if (refusals.length > 0) return yield* CommandFailed.failed(...refusals)
})

const replay = Command.make("replay", {
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
    const wrong = wrongly({ ids, all, item, reason })
    if (wrong !== undefined) return yield* CommandFailed.failed(wrong)
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

const discard = Command.make("discard", {
  ids: id.pipe(Argument.variadic({ min: 1 })),
  by,
  why: text("why", "Why nothing more is to be done about it"),
  ...Target.flags
}, ({ by, ids, why, ...target }) =>
  Effect.gen(function*() {
    const operator = { by: yield* orUser(by), why }
    const inspected = yield* Batch.inspect(distinct(ids), Discard.inspect)
    const refusals = Batch.refusals(inspected)
    if (refusals.length > 0) return yield* CommandFailed.failed(...refusals)
    yield* Batch.perform(inspected, (step) => Discard.perform(step, operator))
  }).pipe(Effect.provide(Target.layer(target)), Effect.mapError(CommandFailed.from))).pipe(
    Command.withDescription("Mark dead letters as handled without doing anything about them")
  )

export const command = Command.make("dlq").pipe(
  Command.withDescription("Look at dead letters, try their orders again, or be done with them"),
  Command.withSubcommands([list, show, replay, discard])
)
