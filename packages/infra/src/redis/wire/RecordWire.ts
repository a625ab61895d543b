/** Writes the commands of a batch for `lua/fold.lua`. The formats are in `lua/README.md`. */
import type { Adjustment, Command, LoggedCommand, SalePatch } from "@flash-sale/domain/records/Command"
import { needsCheckout } from "@flash-sale/domain/rules/RulesVersions"
import * as CheckoutText from "./CheckoutText.ts"

/** Writes records in one text: a list of words, of each record its offset, its kind and its arguments. */
export const records = (commands: ReadonlyArray<LoggedCommand>): string => {
  const words: Array<string> = []
  for (const { command, offset } of commands) write(words, offset, command)
  return JSON.stringify(words)
}

const orNothing = (value: number | string | undefined): string => value === undefined ? "" : String(value)

const write = (words: Array<string>, offset: number, command: Command): void => {
  words.push(String(offset))
  switch (command._tag) {
    case "Place": {
      const { amount, requestId, userId } = command.order
      const kind = needsCheckout(command) ? "wide-place" : "place"
      words.push(kind, requestId, userId, String(amount), String(command.attempt), String(command.acceptedAt))
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
      words.push(needsCheckout(command) ? "wide-sale" : "sale", ...settings(command.patch))
      return
    case "Rules":
      words.push("rules", String(command.version))
      return
    case "Unreadable":
      words.push("unreadable", command.requestId ?? "", String(command.attempt))
      return
    case "Expire":
      words.push("expire", String(command.at), String(command.orders.length))
      for (const { attempt, requestId } of command.orders) words.push(requestId, String(attempt))
      return
    default:
      words.push(...checkout(command))
  }
}

const checkout = (
  command: Extract<Command, { readonly _tag: "Hold" | "Confirm" | "Refund" }>
): ReadonlyArray<string> => {
  switch (command._tag) {
    case "Hold": {
      const { amount, holdSeconds, requestId, userId } = command.order
      const times = [String(command.acceptedAt), orNothing(holdSeconds)]
      return ["hold", requestId, userId, String(amount), ...times, CheckoutText.notes(command)]
    }
    case "Confirm": {
      const { at, attempt, reference, requestId, userId } = command
      return [
        "confirm",
        requestId,
        orNothing(attempt),
        orNothing(userId),
        String(at),
        CheckoutText.referenceWord(reference)
      ]
    }
    case "Refund": {
      const { attempt, byHand, requestId, restock } = command
      const flags = [restock ? "1" : "0", byHand === undefined ? "0" : "1"]
      return ["refund", requestId, String(attempt), ...flags, CheckoutText.trace(command)]
    }
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
    patch.currency,
    patch.holdSeconds,
    patch.maxHoldSeconds
  ].map((value) => value === null ? "-" : orNothing(value))
