/** Items as the admin API writes and takes them, for the commands. Pure. */
import type { ItemDetails, ItemRow } from "@flash-sale/domain/api/admin/ItemBodies"
import type { SalePatch } from "@flash-sale/domain/records/Command"
import * as Moment from "@flash-sale/domain/records/Moment"
import type * as ItemView from "@flash-sale/operations/items/ItemView"
import { Option } from "effect"
import * as TimeArgument from "../terminal/TimeArgument.ts"

type Wire =
  & Pick<typeof ItemRow.Type, "available" | "held" | "sold" | "stocked" | "sale" | "position">
  & Pick<typeof ItemDetails.Type, "refused">

const millis = (text: string | undefined): number | undefined =>
  text === undefined ? undefined : Option.getOrUndefined(Moment.millisOf(text))

export const summaryOf = (
  { available, held, position, refused, sale, sold, stocked }: Wire
): ItemView.ShownSummary => ({
  available,
  held,
  sold,
  stocked,
  refused,
  position,
  settings: {
    paused: sale.paused,
    opensAt: millis(sale.opens_at),
    closesAt: millis(sale.closes_at),
    perUserLimit: sale.per_user_limit,
    price: sale.price,
    currency: sale.currency,
    holdSeconds: sale.hold_seconds,
    maxHoldSeconds: sale.max_hold_seconds
  }
})

export const shownOf = (row: typeof ItemRow.Type): ItemView.ShownItem => ({
  itemId: row.item_id,
  partition: row.partition,
  summary: summaryOf(row),
  stopped: undefined
})

const moment = (at: number | null | undefined) => typeof at === "number" ? TimeArgument.show(at) : at

/** What is set, under the names of the wire. */
export const patchOf = (patch: SalePatch) => {
  const { closesAt, currency, holdSeconds, maxHoldSeconds, opensAt, paused, perUserLimit, price } = patch
  const [opens, closes] = [moment(opensAt), moment(closesAt)]
  return {
    ...(opens === undefined ? {} : { opens_at: opens }),
    ...(closes === undefined ? {} : { closes_at: closes }),
    ...(paused === undefined ? {} : { paused }),
    ...(perUserLimit === undefined ? {} : { per_user_limit: perUserLimit }),
    ...(price === undefined ? {} : { price }),
    ...(currency === undefined ? {} : { currency }),
    ...(holdSeconds === undefined ? {} : { hold_seconds: holdSeconds }),
    ...(maxHoldSeconds === undefined ? {} : { max_hold_seconds: maxHoldSeconds })
  }
}
