/** Replaying and discarding dead letters: what it would do, and what came of it. */
import { countOf } from "../../sale/TimeLeft.ts"
import type { AdminCalls, Query } from "../calls/AdminCalls.ts"
import type { LetterPage, LetterRow, LettersHandled } from "../calls/Wire.ts"
import { type Change, effects, missing, type Sending } from "../parts/Change.ts"
import { numbered } from "../words/Figures.ts"
import { holding, type Outcome, sumLines, tried } from "../words/LetterWords.ts"
import { DoneInPart } from "../words/Refusals.ts"
import { type LetterRun, run } from "./LetterRun.ts"
import { follow } from "./ReplayOutcomes.ts"

/** Which letters are meant: these, or all that a filter leaves. */
export type Selection =
  | { readonly kind: "these"; readonly letters: ReadonlyArray<Pick<LetterRow, "id" | "reason">> }
  | { readonly kind: "filter"; readonly filter: Readonly<Record<string, string>>; readonly words: string }

const PAGE = 200
/** How many one change is about at the most: the oldest, as the engine has it. */
export const MOST = 10_000

const countedOf = (selection: Selection): string =>
  selection.kind === "these" ? numbered(selection.letters.length, "dead letter") : selection.words

const isReplayed = ({ outcome }: Outcome): boolean => outcome === "replayed"

/** `became` is what became of those that were replayed, where that was looked at. */
const saidOf = ({ outcomes, unknown, untried }: LetterRun, became?: string): string => {
  const replayed = outcomes.filter(isReplayed).length
  return [
    ...(replayed === 0 ? [] : [`${countOf(replayed)} replayed${became === undefined ? "" : `: ${became}`}`]),
    ...sumLines(outcomes.filter((outcome) => !isReplayed(outcome))),
    ...(unknown === 0 ? [] : [`${countOf(unknown)}: nobody knows, as no answer came`]),
    ...(untried === 0 ? [] : [`${numbered(untried, "letter")} not tried: do it again`])
  ].map((line) => `${line}.`).join(" ")
}

/** `isFollowed` is whether it is looked at what becomes of the orders. */
const handle =
  (calls: AdminCalls, action: "replay" | "discard", sending: Sending, isFollowed = false) =>
  async (ids: ReadonlyArray<string>): Promise<string> => {
    const send = (part: ReadonlyArray<string>) =>
      calls.change<LettersHandled>(
        "POST",
        `/dead-letters/${action}`,
        { body: { ids: part, reason: sending.reason } },
        sending.signal
      )
    const found = await run(ids, send, sending)
    if (found.error !== undefined) throw new DoneInPart(saidOf(found), found.error)
    const became = isFollowed && found.outcomes.some(isReplayed)
      ? await follow(calls, found.outcomes, sending)
      : undefined
    return saidOf(found, became)
  }

/** Where there are as many as one change may be about there may be more. */
const rest = (count: number): ReadonlyArray<string> =>
  count < MOST ? [] : [`These are the oldest ${countOf(MOST)}. The others follow when it is done again.`]

/** What a replay would do now; nothing is done. */
export const dryRun = async (
  calls: AdminCalls,
  selection: Selection,
  signal: AbortSignal
): Promise<ReadonlyArray<Outcome>> => {
  const which = selection.kind === "these"
    ? { ids: selection.letters.map(({ id }) => id) }
    : { filter: selection.filter }
  const body = { ...which, dry_run: true, reason: "a look at what would happen" }
  return (await calls.change<LettersHandled>("POST", "/dead-letters/replay", { body }, signal)).letters
}

const WHICH = [
  ["holding", "Those that would hold units now"],
  ["tried", "All that can be tried, also those that would be turned away"]
] as const

/** `seesOrders` is whether the operator may look at orders: then it is said what became of them. */
export const replay = (calls: AdminCalls, selection: Selection, after: () => void, seesOrders = false): Change => {
  let looked: ReadonlyArray<Outcome> = []
  const chosen = (which = "holding") => which === "tried" ? tried(looked) : holding(looked)
  return {
    title: `Replay ${countedOf(selection)}`,
    action: "Replay",
    isInParts: true,
    fields: [{ name: "which", label: "Which", kind: "choice", value: "holding", choices: WHICH }],
    preview: async (signal) => {
      looked = await dryRun(calls, selection, signal)
    },
    effects: ({ which }) => {
      const { length } = chosen(which)
      const lines = sumLines(looked)
      if (length === 0) return missing(["None can be replayed so.", ...lines].join(" "))
      const charged = "Each makes a new attempt of its order, which charges its buyer once it holds units."
      const tries = `Tries ${numbered(length, "order")} again, of ${countOf(looked.length)}.`
      return effects(tries, ...rest(looked.length), ...lines, charged)
    },
    send: (sending) =>
      handle(calls, "replay", sending, seesOrders)(chosen(sending.values["which"]).map(({ id }) => id)),
    after
  }
}

/** The letters that the filter leaves, page by page: the oldest, as many as one change may be about. */
const listed = async (
  calls: AdminCalls,
  filter: Query,
  signal: AbortSignal,
  onProgress: Sending["onProgress"]
): Promise<ReadonlyArray<LetterRow>> => {
  const found: Array<LetterRow> = []
  let cursor: string | undefined
  do {
    const page: LetterPage = await calls.get("/dead-letters", signal, { ...filter, limit: PAGE, cursor })
    found.push(...page.letters)
    onProgress(found.length, Math.max(found.length, Math.min(MOST, page.open.total)))
    cursor = page.next
  } while (cursor !== undefined && found.length < MOST)
  return found.slice(0, MOST)
}

const discarded = (letters: ReadonlyArray<Pick<LetterRow, "reason">>): ReadonlyArray<string> => {
  const due = letters.filter(({ reason }) => reason === "Payment Without Order").length
  const failed = letters.filter(({ reason }) => reason === "Payment Timeout").length
  return [
    `Takes ${numbered(letters.length, "letter")} off the list. Nothing is tried again, and nothing brings them back.`,
    ...rest(letters.length),
    ...(failed === 0 ? [] : [`${numbered(failed, "order")} stay failed: their buyers were told so, and owe nothing.`]),
    ...(due === 0
      ? []
      : [`Says that ${numbered(due, "buyer has", "buyers have")} the money back. Pay it back before.`])
  ]
}

export const discard = (calls: AdminCalls, selection: Selection, after: () => void): Change => {
  let letters: ReadonlyArray<Pick<LetterRow, "id" | "reason">> = selection.kind === "these" ? selection.letters : []
  return {
    title: `Discard ${countedOf(selection)}`,
    action: "Discard",
    isDestructive: true,
    isInParts: true,
    preview: async (signal, onProgress) => {
      if (selection.kind === "filter") letters = await listed(calls, selection.filter, signal, onProgress)
    },
    effects: () => letters.length === 0 ? missing("There are none.") : effects(...discarded(letters)),
    send: (sending) => handle(calls, "discard", sending)(letters.map(({ id }) => id)),
    after
  }
}
