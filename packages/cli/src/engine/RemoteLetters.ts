/** Dead letters through the admin API. */
import { MAX_PAGE } from "@flash-sale/domain/api/admin/AdminFields"
import { MAX_NAMED } from "@flash-sale/domain/api/admin/LetterBodies"
import type { LetterId } from "@flash-sale/domain/ports/DeadLetters"
import * as LetterIdText from "@flash-sale/operations/letters/LetterIdText"
import * as Letters from "@flash-sale/operations/letters/Letters"
import { distinct, type LetterSelection } from "@flash-sale/operations/letters/LetterSelection"
import { isNoOrder } from "@flash-sale/operations/letters/Refusal"
import { Effect } from "effect"
import * as CommandFailed from "../terminal/CommandFailed.ts"
import * as ExitCode from "../terminal/ExitCode.ts"
import * as Remote from "../terminal/Remote.ts"
import type * as LetterView from "./LetterView.ts"
import type { RemoteCall } from "./RemoteCall.ts"
import * as WireLetters from "./WireLetters.ts"

/** The reason of a request that changes nothing: the admin API wants one of it as well. */
const DRY_RUN = "dry run"

/** As far as the last page, but for no more letters than the engine keeps at hand. */
export const letters = ({ client, read }: RemoteCall) =>
  Effect.fnUntraced(function*(filter: Letters.Filter) {
    const found: Array<LetterView.LetterRow> = []
    let cursor: string | undefined
    do {
      const query = { ...WireLetters.filterOf(filter), limit: MAX_PAGE, ...(cursor === undefined ? {} : { cursor }) }
      const page: WireLetters.Page = yield* read(client.letters.letters({ query }))
      found.push(...page.letters.map(WireLetters.rowOf))
      cursor = page.next
    } while (cursor !== undefined && found.length < Letters.MAX_LETTERS)
    return found
  })

export const letter = ({ client, read }: RemoteCall) => (id: LetterId) =>
  read(
    client.letters.letter({ params: { id: LetterIdText.show(id) } }).pipe(
      Effect.map((details) => WireLetters.foundOf(id, details)),
      Effect.catchTag("UnknownLetter", () => Effect.succeed<LetterView.Found>({ _tag: "Unknown" }))
    )
  )

/** The letters that are meant, as a request names them. */
const named = Effect.fnUntraced(function*(selection: LetterSelection) {
  if (selection._tag === "Filter") return { filter: WireLetters.filterOf(selection.filter) }
  const ids = distinct(selection.ids).map(LetterIdText.show)
  if (ids.length <= MAX_NAMED) return { ids }
  return yield* CommandFailed.usage(`${ids.length} letters: through the admin API at most ${MAX_NAMED} at once`)
})

export const previewReplay = ({ client, read }: RemoteCall) =>
  Effect.fnUntraced(function*(selection: LetterSelection) {
    const payload = { ...(yield* named(selection)), dry_run: true, reason: DRY_RUN }
    const { letters: outcomes } = yield* read(client.letters.replay({ headers: {}, payload }))
    return outcomes.map(WireLetters.previewOf)
  })

const WORDS: Readonly<Record<string, CommandFailed.CommandFailed>> = {
  outcome_unknown: CommandFailed.unknown("nobody knows whether it was recorded; look before trying again"),
  log_unavailable: CommandFailed.unreachable("not recorded: the log cannot be reached by the engine"),
  store_unavailable: CommandFailed.unreachable("the store cannot be reached by the engine"),
  item_stopped: CommandFailed.failed("the item is stopped"),
  overloaded: CommandFailed.failed("not recorded: the engine has too much to do"),
  not_tried: CommandFailed.failed("not tried, as the time was over")
}

const ORDER = [ExitCode.UNKNOWN, ExitCode.UNREACHABLE, ExitCode.USAGE, ExitCode.INCOMPLETE] as const

const isUndone = ({ code, outcome }: { readonly outcome: string; readonly code?: string | undefined }): boolean =>
  outcome === "failed" || code === "not_tried"

/** Fails by the worst that happened, with a line for each letter that failed. */
const checkDone = (outcomes: ReadonlyArray<WireLetters.Outcome>) => {
  const failures = outcomes.filter(isUndone).map(({ code = "", id }) =>
    CommandFailed.about(id, WORDS[code] ?? CommandFailed.failed(`failed (${code})`))
  )
  const code = ORDER.find((one) => failures.some((failure) => failure.code === one))
  return code === undefined
    ? Effect.void
    : Effect.fail(new CommandFailed.CommandFailed({ code, lines: failures.flatMap(({ lines }) => lines) }))
}

/** What is refused, beside what is done, failed or left. */
const handledOf = (outcomes: ReadonlyArray<WireLetters.Outcome>, isByFilter: boolean): LetterView.Handled => {
  const refused = outcomes.flatMap(WireLetters.refusedOf)
  const noOrders = refused.filter(({ refusal }) => typeof refusal === "object" && isNoOrder(refusal))
  return isByFilter
    ? { total: outcomes.length, refused: refused.filter((one) => !noOrders.includes(one)), noOrders: noOrders.length }
    : { total: outcomes.length, refused, noOrders: 0 }
}

export const replay = (call: RemoteCall) =>
  Effect.fnUntraced(function*(
    selection: LetterSelection,
    author: Remote.Author,
    tell: (replayed: LetterView.Replayed) => Effect.Effect<void>
  ) {
    const reason = yield* Remote.reasonOf(author)
    const payload = { ...(yield* named(selection)), reason }
    const { letters: outcomes } = yield* call.changeOnce(
      (key) => call.client.letters.replay({ headers: { "idempotency-key": key }, payload }),
      true
    )
    yield* Effect.forEach(outcomes.flatMap(WireLetters.replayedOf), tell)
    yield* checkDone(outcomes)
    return handledOf(outcomes, selection._tag === "Filter")
  })

/** Discarding twice is discarding once, so it is sent again as a replay is. */
export const discard = (call: RemoteCall) =>
  Effect.fnUntraced(function*(
    ids: ReadonlyArray<LetterId>,
    author: Remote.Author,
    tell: (discarded: LetterView.Discarded) => Effect.Effect<void>
  ) {
    const reason = yield* Remote.reasonOf(author)
    const payload = { ...(yield* named({ _tag: "Ids", ids })), reason }
    const { letters: outcomes } = yield* call.changeOnce(() => call.client.letters.discard({ payload }), true)
    yield* Effect.forEach(outcomes.flatMap(WireLetters.discardedOf), tell)
    yield* checkDone(outcomes)
    return handledOf(outcomes, false)
  })
