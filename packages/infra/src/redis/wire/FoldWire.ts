/** Writes the commands of a batch for `lua/fold.lua`, and reads its answers. The formats are in `lua/README.md`. */
import type { ItemSummary } from "@flash-sale/domain/ports/ItemStore"
import type { Adjustment, Command, LoggedCommand, SalePatch } from "@flash-sale/domain/records/Command"
import type { ItemId } from "@flash-sale/domain/records/Ids"
import type { OrderOutcome, RecordOutcome } from "@flash-sale/domain/rules/Outcome"
import type { SaleSettings } from "@flash-sale/domain/rules/SaleSettings"
import * as OutcomeWire from "./OutcomeWire.ts"

/** Writes records in one text: a list of words, of each record its offset, its kind and its arguments. */
export const records = (commands: ReadonlyArray<LoggedCommand>): string => {
  const words: Array<string> = []
  for (const { command, offset } of commands) write(words, offset, command)
  return JSON.stringify(words)
}

/** Writes offsets in one text, each with a line feed after it. */
export const offsets = (published: ReadonlyArray<number>): string => published.map((offset) => `${offset}\n`).join("")

const write = (words: Array<string>, offset: number, command: Command): void => {
  words.push(String(offset))
  switch (command._tag) {
    case "Place": {
      const { amount, requestId, userId } = command.order
      words.push("place", requestId, userId, String(amount), String(command.attempt), String(command.acceptedAt))
      return
    }
    case "Settle":
      words.push("settle", String(command.settlements.length))
      for (const { attempt, outcome, requestId } of command.settlements) words.push(requestId, String(attempt), outcome)
      return
    case "Adjust":
      words.push(...adjustment(command.adjustment))
      return
    case "Cancel":
      words.push("cancel", command.requestId, String(command.attempt))
      return
    case "GiveUp":
      words.push("give-up", command.requestId, String(command.attempt))
      return
    case "Sale":
      words.push("sale", ...settings(command.patch))
      return
    case "Rules":
      words.push("rules", String(command.version))
      return
    case "Unreadable":
      words.push("unreadable", command.requestId ?? "", String(command.attempt))
  }
}

const adjustment = (change: Adjustment): ReadonlyArray<string> => {
  if ("seq" in change) return ["sensed", String(change.seq), String(change.delta)]
  return "delta" in change
    ? ["delta", change.command, String(change.delta)]
    : ["target", change.command, String(change.target)]
}

const settings = (patch: SalePatch): ReadonlyArray<string> =>
  [
    patch.opensAt,
    patch.closesAt,
    patch.perUserLimit,
    patch.paused === undefined ? undefined : patch.paused ? 1 : 0,
    patch.price,
    patch.currency
  ].map((value) => value === undefined ? "" : value === null ? "-" : String(value))

/** The outcome of each order that a command names, in order. `next` is the answer to the next one. */
const orderOutcomes = ({ command, offset }: LoggedCommand, next: () => string): ReadonlyArray<OrderOutcome> => {
  switch (command._tag) {
    case "Place":
      return [OutcomeWire.readPlaced(command, offset, next())]
    case "Settle":
      return command.settlements.map(({ requestId }) => OutcomeWire.read(requestId, next()))
    case "Cancel":
    case "GiveUp":
    case "Unreadable":
      return [OutcomeWire.read(command.requestId, next())]
    case "Adjust":
    case "Sale":
    case "Rules":
      return []
  }
}

/** Reads the outcomes of these commands. Dies of a reply that `lua/fold.lua` cannot give. */
export const outcomes = (
  commands: ReadonlyArray<LoggedCommand>,
  fresh: string,
  text: string
): ReadonlyArray<RecordOutcome> => {
  const answers = text === "" ? [] : text.split("\n")
  let at = 0
  const next = (): string => answers[at++] ?? ""
  const read = commands.map((logged, n) => ({
    offset: logged.offset,
    fresh: fresh[n] === "1",
    orders: orderOutcomes(logged, next)
  }))
  if (fresh.length !== commands.length || at !== answers.length) throw new Error("fold.lua answered for other records")
  return read
}

const optional = (text: string): number | undefined => text === "" ? undefined : Number(text)

const SUMMARY_WIDTH = 15

/** Reads what `summaryOf` in `lua/lib/_item.lua` says of an item. */
export const summary = (itemId: ItemId, texts: ReadonlyArray<string>): ItemSummary => {
  if (texts.length !== SUMMARY_WIDTH) throw new Error(`the summary of ${itemId} has ${texts.length} parts`)
  const text = (at: number): string => texts[at] ?? ""
  const settings: SaleSettings = {
    opensAt: optional(text(5)),
    closesAt: optional(text(6)),
    perUserLimit: optional(text(7)),
    paused: text(8) === "1",
    price: optional(text(9)),
    currency: text(10) === "" ? undefined : text(10)
  }
  return {
    isKnown: text(0) === "1",
    available: Number(text(1)),
    held: Number(text(2)),
    sold: Number(text(3)),
    stocked: Number(text(4)),
    settings,
    position: Number(text(11)),
    isComplete: text(12) === "1",
    pendingEdit: text(13) === "" ? undefined : { itemId, seq: Number(text(13)), delta: Number(text(14)) }
  }
}
