/**
 * All that is kept of an item, entry by entry, so that a store can be compared with the log or with another store. An
 * entry in a store may be damaged by a hand or a bug: then it is the text that was found.
 */
import { HashMap } from "effect"
import type { OpenOrder, RefundDue } from "./checkout/CheckoutState.ts"
import type { Folded, Unpublished } from "./Fold.ts"
import {
  COMMANDS_REMEMBERED,
  type HeldOrder,
  isRemembered,
  type Item,
  type Rejected,
  REJECTED_REMEMBERED
} from "./Item.ts"
import type { SaleSettings } from "./SaleSettings.ts"

/** An entry that cannot be read. */
export interface Damaged {
  readonly _tag: "Damaged"
  /** What was found. */
  readonly text: string
}

export const damaged = (text: string): Damaged => ({ _tag: "Damaged", text })

export type Stored<A> = A | Damaged

export const isDamaged = (value: unknown): value is Damaged =>
  typeof value === "object" && value !== null && "_tag" in value && value._tag === "Damaged"

type Maps = "orders" | "rejected" | "buyers" | "commands" | "open" | "refundsDue"
type HeadValues = Omit<Item, Maps | "settings"> & SaleSettings & Pick<Folded, "position">

/** The counts of an item, the settings of its sale, and its position. */
export type Head = { readonly [Name in keyof HeadValues]: Stored<HeadValues[Name]> }

export interface ItemDump {
  readonly head: Head
  /** By request id, as in `rejected`. */
  readonly orders: ReadonlyMap<string, Stored<HeldOrder>>
  readonly rejected: ReadonlyMap<string, Stored<Rejected>>
  /** Units of each buyer that count against the cap. */
  readonly buyers: ReadonlyMap<string, Stored<number>>
  /** The count of each operator's command. */
  readonly commands: ReadonlyMap<string, Stored<number>>
  /** By request id, as in `refundsDue`. */
  readonly open: ReadonlyMap<string, Stored<OpenOrder>>
  readonly refundsDue: ReadonlyMap<string, Stored<ReadonlyArray<RefundDue>>>
  /** By the offset of the record, as a text. */
  readonly unpublished: ReadonlyMap<string, Stored<Unpublished>>
}

/** Without the item's maps, which may be as large as its log. */
export const headOf = (item: Omit<Item, Maps>, position: number): Head => ({
  available: item.available,
  held: item.held,
  sold: item.sold,
  stocked: item.stocked,
  seq: item.seq,
  rules: item.rules,
  rejectedCount: item.rejectedCount,
  refused: item.refused,
  commandCount: item.commandCount,
  ...item.settings,
  position
})

/** All entries, but for ids that no decision looks at any more. */
export const of = ({ item, position, unpublished }: Folded): ItemDump => ({
  head: headOf(item, position),
  orders: new Map(item.orders),
  rejected: new Map(
    HashMap.filter(item.rejected, ({ n }) => isRemembered(n, item.rejectedCount, REJECTED_REMEMBERED))
  ),
  buyers: new Map(item.buyers),
  commands: new Map(HashMap.filter(item.commands, (n) => isRemembered(n, item.commandCount, COMMANDS_REMEMBERED))),
  open: new Map(item.open),
  refundsDue: new Map(item.refundsDue),
  unpublished: new Map(Array.from(unpublished, ([offset, left]) => [String(offset), left]))
})
