/** An item that begins with its first stock. One that is there already is never changed by it. */
import { FlashSaleError } from "@flash-sale/client/http/FlashSaleError.ts"
import { countOf } from "../../sale/TimeLeft.ts"
import { type AdminCalls, part } from "../calls/AdminCalls.ts"
import type { ItemDetails } from "../calls/Wire.ts"
import { type Change, type Effects, effects, missing, type Values, wholeOf } from "../parts/Change.ts"
import { hrefOf } from "../parts/Route.ts"
import { numbered } from "../words/Figures.ts"
import { sendStock } from "./StockChanges.ts"

const ITEM_ID = /^[A-Za-z0-9_.-]{1,100}$/

const idOf = ({ id = "" }: Values): string => id.trim()
const isItemId = (id: string): boolean => ITEM_ID.test(id) && id !== "." && id !== ".."

type Found = Pick<ItemDetails, "item_id" | "available">

/** The item of this id; undefined where there is none. */
const lookUp = (calls: AdminCalls, id: string, signal: AbortSignal): Promise<Found | undefined> =>
  calls.get<Found>(`/items/${part(id)}`, signal).catch((error: unknown) => {
    if (error instanceof FlashSaleError && error.status === 404) return undefined
    throw error
  })

const effectsOf = (values: Values, found: Found | undefined): Effects => {
  const id = idOf(values)
  if (!isItemId(id)) return missing("Its id: letters, digits, _ . and -, up to 100.")
  if (found !== undefined) {
    const link = { href: hrefOf(["items", id]), words: `Go to ${id}` }
    return missing(`${id} exists, ${countOf(found.available)} left. Nothing is changed here.`, link)
  }
  const count = wholeOf(values["units"])
  if (count === undefined || count < 0) return missing("How many units does it begin with?")
  return effects(`Creates ${id} with ${numbered(count, "unit")}, which can be bought at once.`)
}

export const newItem = (calls: AdminCalls, after: () => void): Change => {
  let found: Found | undefined
  return {
    title: "New item",
    action: "Create item",
    fields: [
      { name: "id", label: "Item id", kind: "text" },
      { name: "units", label: "Units that can be bought", kind: "number" }
    ],
    previewOf: idOf,
    preview: async (signal, _, values) => {
      const id = idOf(values)
      found = isItemId(id) ? await lookUp(calls, id, signal) : undefined
    },
    effects: (values) => effectsOf(values, found),
    send: (sending) => {
      const count = wholeOf(sending.values["units"])!
      return sendStock(calls, idOf(sending.values), { set: count }, "created", sending)
    },
    after
  }
}
