/**
 * What `lua/fold.lua` is asked beside the records (see `RecordWire`), and its answers. The formats are in
 * `lua/README.md`.
 */
import type { ItemSummary } from "@flash-sale/domain/ports/ItemReads"
import type { LoggedCommand } from "@flash-sale/domain/records/Command"
import type { ItemId } from "@flash-sale/domain/records/Ids"
import type { OrderOutcome, RecordOutcome } from "@flash-sale/domain/rules/Outcome"
import * as Refused from "@flash-sale/domain/rules/Refused"
import { needsCheckout } from "@flash-sale/domain/rules/RulesVersions"
import type { SaleSettings } from "@flash-sale/domain/rules/SaleSettings"
import * as OutcomeWire from "./OutcomeWire.ts"

/** Writes offsets in one text, each with a line feed after it. */
export const offsets = (published: ReadonlyArray<number>): string => published.map((offset) => `${offset}\n`).join("")

/** The outcome of each order that a command names, in order. `next` is the answer to the next one. */
const orderOutcomes = ({ command, offset }: LoggedCommand, next: () => string): ReadonlyArray<OrderOutcome> => {
  switch (command._tag) {
    case "Place":
      return [OutcomeWire.readPlaced(command, offset, next())]
    case "Settle":
      return command.settlements.map(({ requestId }) => OutcomeWire.read(requestId, next()))
    case "Cancel":
    case "GiveUp":
    case "Refund":
    case "Unreadable":
      return [OutcomeWire.read(command.requestId, next())]
    case "Hold":
      return [OutcomeWire.readHold(command, offset, next())]
    case "Confirm":
      return [OutcomeWire.readConfirm(command, offset, next())]
    case "Expire": {
      // Of an expiry that version 1 of the rules did not know there is one answer, whatever it names.
      const first = next()
      if (OutcomeWire.isUnreadable(first)) return [OutcomeWire.read(undefined, first)]
      return command.orders.map(({ requestId }, n) => OutcomeWire.read(requestId, n === 0 ? first : next()))
    }
    case "Sale": {
      const answer = needsCheckout(command) ? next() : "-"
      return answer === "-" ? [] : [OutcomeWire.read(undefined, answer)]
    }
    case "Adjust":
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

const SUMMARY_WIDTH = 20

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
    currency: text(10) === "" ? undefined : text(10),
    holdSeconds: optional(text(11)),
    maxHoldSeconds: optional(text(12))
  }
  return {
    isKnown: text(0) === "1",
    available: Number(text(1)),
    held: Number(text(2)),
    sold: Number(text(3)),
    stocked: Number(text(4)),
    refused: Refused.of({ rejectedCount: Number(text(18)), refused: Refused.read(text(19)) ?? {} }),
    settings,
    rules: Number(text(13)),
    position: Number(text(14)),
    isComplete: text(15) === "1",
    pendingEdit: text(16) === "" ? undefined : { itemId, seq: Number(text(16)), delta: Number(text(17)) }
  }
}
