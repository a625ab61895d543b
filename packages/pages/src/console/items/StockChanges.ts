/** Changes of an item's stock: what they will do, and what came of them. */
import { countOf } from "../../sale/TimeLeft.ts"
import { type AdminCalls, part } from "../calls/AdminCalls.ts"
import type { ItemDetails, StockAnswer } from "../calls/Wire.ts"
import { type Change, type Effects, effects, missing, type Sending, wholeOf } from "../parts/Change.ts"
import { numbered } from "../words/Figures.ts"

type Counts = Pick<ItemDetails, "item_id" | "available" | "held" | "stocked">

const units = (count: number): string => numbered(count, "unit")

const saidOf = (answer: StockAnswer): string => {
  if ("status" in answer) return "Recorded. It counts as soon as its place in the log is reached."
  const { available, repeated, shortfall, stocked } = answer
  const now = `${units(available)} available, ${countOf(stocked)} put in.`
  if (shortfall !== undefined) {
    return `Only ${units(shortfall.taken)} of ${countOf(shortfall.asked)} could be taken out. ${now}`
  }
  return repeated === true ? `It was made before, and counts once. ${now}` : `Done. ${now}`
}

const send = (
  calls: AdminCalls,
  { item_id: id }: Pick<Counts, "item_id">,
  change: { readonly add: number } | { readonly set: number }
) =>
async ({ idempotencyKey, reason, signal }: Sending): Promise<string> =>
  saidOf(
    await calls.change<StockAnswer>("POST", `/items/${part(id)}/stock`, {
      body: { ...change, reason },
      idempotencyKey
    }, signal)
  )

const taken = (count: number, { available, held }: Counts): ReadonlyArray<string> => [
  `Takes out ${units(Math.min(count, available))}: ${units(Math.max(0, available - count))} can be bought then.`,
  ...(count > available ? [`Only ${units(available)} can be taken out now.`] : []),
  ...(held > 0 ? [`${units(held)} that buyers hold are not touched. What they do not pay for comes back.`] : [])
]

const ofAdding = (text: string | undefined, sign: 1 | -1, counts: Counts): Effects => {
  const count = wholeOf(text)
  if (count === undefined || count <= 0) return missing("How many units?")
  return sign === -1
    ? effects(...taken(count, counts))
    : effects(
      `Puts in ${units(count)}: ${units(counts.available + count)} can be bought then, of ${
        countOf(counts.stocked + count)
      }.`
    )
}

export const addStock = (calls: AdminCalls, latest: () => Counts, sign: 1 | -1, after: () => void): Change => ({
  title: sign === 1 ? `Put units of ${latest().item_id} in` : `Take units of ${latest().item_id} out`,
  action: sign === 1 ? "Put in" : "Take out",
  isDestructive: sign === -1,
  fields: [{ name: "units", label: "Units", kind: "number" }],
  effects: ({ units }) => ofAdding(units, sign, latest()),
  send: (sending) => send(calls, latest(), { add: sign * wholeOf(sending.values["units"])! })(sending),
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
  title: `Set what can be bought of ${latest().item_id}`,
  action: "Set",
  isDestructive: true,
  fields: [{
    name: "units",
    label: "Units that can be bought",
    kind: "number",
    hint: "Takes its place among the orders: what is sold before it is sold. To add or take out is safer."
  }],
  effects: ({ units }) => ofSetting(units, latest()),
  send: (sending) => send(calls, latest(), { set: wholeOf(sending.values["units"])! })(sending),
  after
})

const SET = "Where it is there already, this sets what can be bought."
const NEW_ITEM = /^[A-Za-z0-9_.-]{1,100}$/

const ofNewItem = (id: string, text: string | undefined): Effects => {
  if (!NEW_ITEM.test(id) || id === "." || id === "..") return missing("Its id: letters, digits, _ . and -, up to 100.")
  const count = wholeOf(text)
  if (count === undefined || count < 0) return missing("How many units does it begin with?")
  return effects(`${id} has ${units(count)} that can be bought at once.`, SET)
}

export const newItem = (calls: AdminCalls, after: () => void): Change => ({
  title: "New item",
  action: "Begin",
  fields: [
    { name: "id", label: "Item id", kind: "text" },
    { name: "units", label: "Units that can be bought", kind: "number" }
  ],
  effects: ({ id = "", units }) => ofNewItem(id.trim(), units),
  send: (sending) => {
    const { id = "", units } = sending.values
    return send(calls, { item_id: id.trim() }, { set: wholeOf(units)! })(sending)
  },
  after
})
