/** Writes questions about buyers for `lua/read_buyers.lua`, and reads its answers. */
import type { BuyerQuestion, BuyerUnits } from "@flash-sale/domain/ports/ItemReads"
import type { ItemId } from "@flash-sale/domain/records/Ids"

/** One call of the script, and which question each of its answers is for. */
export interface Call {
  readonly keys: ReadonlyArray<string>
  readonly args: ReadonlyArray<string>
  readonly order: ReadonlyArray<number>
}

/** Questions about one item share its keys, which `keysOf` spells. */
export const call = (
  questions: ReadonlyArray<BuyerQuestion>,
  keysOf: (question: BuyerQuestion) => ReadonlyArray<string>
): Call => {
  const ofItem = new Map<ItemId, Array<number>>()
  for (const [n, { itemId }] of questions.entries()) {
    const there = ofItem.get(itemId)
    if (there === undefined) ofItem.set(itemId, [n])
    else there.push(n)
  }
  const keys: Array<string> = []
  const args: Array<string> = []
  for (const numbers of ofItem.values()) {
    keys.push(...keysOf(questions[numbers[0]!]!))
    args.push(String(numbers.length))
    for (const n of numbers) args.push(questions[n]!.userId)
    for (const n of numbers) args.push(questions[n]!.requestId)
  }
  return { keys, args, order: [...ofItem.values()].flat() }
}

/** `<units of the buyer> <units held of the item> <1 where the order is in the ledger, else 0>`. */
const ANSWER = /^(\d{1,16}) (\d{1,16}) ([01])$/

const answer = (text: string | undefined): BuyerUnits | undefined => {
  const [, bought, held, known] = ANSWER.exec(text ?? "") ?? []
  return bought === undefined ? undefined : { bought: Number(bought), held: Number(held), isKnown: known === "1" }
}

/** The answers in the order of the questions; undefined where nothing may be concluded. */
export const answers = (
  order: ReadonlyArray<number>,
  texts: ReadonlyArray<string>
): ReadonlyArray<BuyerUnits | undefined> => {
  const found: Array<BuyerUnits | undefined> = order.map(() => undefined)
  for (const [at, n] of order.entries()) found[n] = answer(texts[at])
  return found
}
