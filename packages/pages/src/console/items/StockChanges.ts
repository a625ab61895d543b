/** Changes of an item's stock: what they will do, and what came of them. */
import { countOf } from "../../sale/TimeLeft.ts"
import { type AdminCalls, part } from "../calls/AdminCalls.ts"
import type { ItemDetails, StockAnswer } from "../calls/Wire.ts"
import { type Change, type Effects, effects, missing, RECORDED, type Sending, wholeOf } from "../parts/Change.ts"
import { numbered } from "../words/Figures.ts"

type Counts = Pick<ItemDetails, "item_id" | "available" | "held" | "stocked">

const units = (count: number): string => numbered(count, "unit")

const saidOf = (id: string, done: string, answer: StockAnswer): string => {
  if ("status" in answer) return `${id}: ${RECORDED}`
  const { available, repeated, shortfall, stocked } = answer
  const now = `${units(available)} available, of ${countOf(stocked)}.`
  if (shortfall !== undefined) {
    return `${id}: only ${units(shortfall.taken)} of ${countOf(shortfall.asked)} could be taken out. ${now}`
  }
  return `${id}: ${done}${repeated === true ? ", once: it had been recorded before" : ""}. ${now}`
}

export type StockRequest = { readonly add: number } | { readonly set: number }

/** Sends this change of an item's stock. `done` is said of it. */
export const sendStock = async (
  calls: AdminCalls,
  id: string,
  change: StockRequest,
  done: string,
  { idempotencyKey, reason, signal }: Sending
): Promise<string> =>
  saidOf(
    id,
    done,
    await calls.change<StockAnswer>("POST", `/items/${part(id)}/stock`, {
      body: { ...change, reason },
      idempotencyKey
    }, signal)
  )

const ofHeld = ({ held }: Counts): ReadonlyArray<string> =>
  held > 0 ? [`${units(held)} that buyers hold are not touched. What they do not pay for comes back.`] : []

const taken = (count: number, { available, ...counts }: Counts): ReadonlyArray<string> => [
  `Takes out ${units(count)}: ${units(available - count)} can be bought then.`,
  ...ofHeld({ available, ...counts })
]

const ofAdding = (text: string | undefined, sign: 1 | -1, counts: Counts): Effects => {
  const { available, stocked } = counts
  const count = wholeOf(text)
  if (count === undefined || count <= 0) return missing("How many units?")
  if (sign === 1) {
    return effects(
      `Puts in ${units(count)}: ${units(available + count)} can be bought then, of ${countOf(stocked + count)}.`
    )
  }
  if (count > available) {
    const most = available === 0 ? "Nothing is left to take out." : `Only ${units(available)} can be taken out.`
    return missing([most, ...ofHeld(counts)].join(" "))
  }
  return effects(...taken(count, counts))
}

export const addStock = (calls: AdminCalls, latest: () => Counts, sign: 1 | -1, after: () => void): Change => ({
  title: sign === 1 ? `Put units of ${latest().item_id} in` : `Take units of ${latest().item_id} out`,
  action: sign === 1 ? "Put in" : "Take out",
  isDestructive: sign === -1,
  fields: [{ name: "units", label: "Units", kind: "number" }],
  effects: ({ units }) => ofAdding(units, sign, latest()),
  send: (sending) => {
    const count = wholeOf(sending.values["units"])!
    const done = `${units(count)} ${sign === 1 ? "put in" : "taken out"}`
    return sendStock(calls, latest().item_id, { add: sign * count }, done, sending)
  },
  after
})

const ofSetting = (text: string | undefined, counts: Counts): Effects => {
  const target = wholeOf(text)
  if (target === undefined || target < 0) {
    return missing(`How many units can be bought from then on? Now ${countOf(counts.available)}.`)
  }
  const difference = target - counts.available
  if (difference === 0) return effects("Changes nothing, unless units are sold meanwhile.")
  return difference < 0
    ? effects(...taken(-difference, counts))
    : effects(`Puts in ${units(difference)}: ${units(target)} can be bought then.`)
}

export const setStock = (calls: AdminCalls, latest: () => Counts, after: () => void): Change => ({
  title: `Set the stock of ${latest().item_id}`,
  action: "Set stock",
  isDestructive: true,
  fields: [{
    name: "units",
    label: "Units that can be bought",
    kind: "number",
    hint: "Takes its place among the orders: what is sold before it is sold. To add or take out is safer."
  }],
  effects: ({ units }) => ofSetting(units, latest()),
  send: (sending) => {
    const target = wholeOf(sending.values["units"])!
    return sendStock(calls, latest().item_id, { set: target }, `set to ${units(target)}`, sending)
  },
  after
})
