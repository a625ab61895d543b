/**
 * One item: its stock, the orders that ever held units of it, and the settings of its sale.
 *
 * For every item, always: **stocked = available + held + sold**, and nothing is ever negative.
 */
import { HashMap } from "effect"
import type { CommandId } from "../records/Command.ts"
import type { RequestId, UserId } from "../records/Ids.ts"
import type { HoldFacts, OpenOrder, RefundDue } from "./checkout/CheckoutState.ts"
import { defaultSettings, type SaleSettings } from "./SaleSettings.ts"

/** How many of the last rejected ids are remembered: a duplicate among them stays rejected. */
export const REJECTED_REMEMBERED = 65_536

/** How many of the last operators' commands are remembered: a repeated record among them has no second effect. */
export const COMMANDS_REMEMBERED = 1_024

/**
 * Why an order was rejected without ever holding units. Redis stores a reason as its number in this list
 * (`lua/lib/_ledger.lua`, which a check compares), so a new reason goes to the end and none is ever moved.
 */
export const REJECTION_REASONS = ["sold_out", "limit", "not_open", "closed", "paused"] as const
export type RejectionReason = typeof REJECTION_REASONS[number]

/** How many orders each reason has turned away; one that is absent has turned away none. */
export type RefusedCounts = Readonly<Partial<Record<RejectionReason, number>>>

/** Why units that were held are (being) given back. */
export const RELEASE_REASONS = ["declined", "timeout", "cancelled", "expired"] as const
export type ReleaseReason = typeof RELEASE_REASONS[number]

/** What becomes of units whose sale is given back: they are on sale again, or out of the books. */
export const REFUND_REASONS = ["restocked", "written_off"] as const
export type RefundReason = typeof REFUND_REASONS[number]

/**
 * The states of an order that held units, as the ledger has them, whether or not it began as a hold.
 *
 * **Details**: `open` is a hold that nobody has confirmed: nothing was charged for it. A charge is voided only for an
 * order in `voiding`, and given back only for one in `refunding`, whose units stay counted as sold until that is done.
 */
export const LEDGER_STATES = ["held", "sold", "voiding", "released", "open", "refunding", "refunded"] as const
export type LedgerState = typeof LEDGER_STATES[number]

const isOneOf = <const A extends string>(set: ReadonlyArray<A>) => (text: string | undefined): text is A =>
  set.some((one) => one === text)
export const isRejectionReason = isOneOf(REJECTION_REASONS)
export const isReleaseReason = isOneOf(RELEASE_REASONS)
export const isRefundReason = isOneOf(REFUND_REASONS)
export const isLedgerState = isOneOf(LEDGER_STATES)

/** An order that ever held units. */
export interface HeldOrder {
  readonly state: LedgerState
  readonly userId: UserId
  readonly amount: number
  readonly attempt: number
  /** The offset of the record that placed this attempt. */
  readonly placedAtOffset: number
  /** Whether the units count against the buyer's cap: a cap was set when they were held. */
  readonly countsAgainstLimit: boolean
  /** Price of one unit and its currency when the units were held; a charge repeated later asks for the same. */
  readonly price: number | undefined
  readonly currency: string | undefined
  /**
   * Why it is `voiding`, `released`, `refunding` or `refunded`: also `sold_out` and the like where a later attempt was
   * rejected.
   */
  readonly reason: ReleaseReason | RejectionReason | RefundReason | undefined
  /** Of an order that began as a hold. */
  readonly hold: HoldFacts | undefined
}

/** A rejected id: `n` counts the rejections from 1 and decides when it is forgotten. */
export interface Rejected {
  readonly n: number
  readonly reason: RejectionReason
}

/** The state of one item. Everything in it is a function of the item's records in the log. */
export interface Item {
  readonly available: number
  readonly held: number
  readonly sold: number
  /** Units ever put in, less those taken out. */
  readonly stocked: number
  /** The sequence number of the last external edit that was counted. */
  readonly seq: number
  readonly rules: number
  readonly settings: SaleSettings
  readonly orders: HashMap.HashMap<RequestId, HeldOrder>
  readonly rejected: HashMap.HashMap<RequestId, Rejected>
  readonly rejectedCount: number
  /** `rejectedCount` by reason, as far as it is known. */
  readonly refused: RefusedCounts
  readonly buyers: HashMap.HashMap<UserId, number>
  readonly commands: HashMap.HashMap<CommandId, number>
  readonly commandCount: number
  /** Holds until they are final, and refunds that wait for the provider. */
  readonly open: HashMap.HashMap<RequestId, OpenOrder>
  /** Payments that came without an order to be for: never forgotten, and no part of the counts. */
  readonly refundsDue: HashMap.HashMap<RequestId, ReadonlyArray<RefundDue>>
}

/** An item of which the log says nothing yet. */
export const empty: Item = {
  available: 0,
  held: 0,
  sold: 0,
  stocked: 0,
  seq: 0,
  rules: 1,
  settings: defaultSettings,
  orders: HashMap.empty(),
  rejected: HashMap.empty(),
  rejectedCount: 0,
  refused: {},
  buyers: HashMap.empty(),
  commands: HashMap.empty(),
  commandCount: 0,
  open: HashMap.empty(),
  refundsDue: HashMap.empty()
}

/** Whether the invariants hold. An item that breaks them is stopped, loudly, rather than sold on. */
export const isBalanced = (item: Pick<Item, "available" | "held" | "sold" | "stocked">): boolean =>
  item.available >= 0 && item.held >= 0 && item.sold >= 0 && item.stocked === item.available + item.held + item.sold

/** Whether the entry with number `n` of `count` is still remembered, where the last `bound` are. */
export const isRemembered = (n: number, count: number, bound: number): boolean => n > count - bound

/**
 * The entries without those that are not remembered any more, so that an item does not grow with each rejection.
 *
 * **Details**: up to twice `bound` entries are kept before the old ones are removed, so that each costs little.
 */
export const forgetting = <K, V>(
  entries: HashMap.HashMap<K, V>,
  bound: number,
  isStillRemembered: (value: V) => boolean
): HashMap.HashMap<K, V> => HashMap.size(entries) <= 2 * bound ? entries : HashMap.filter(entries, isStillRemembered)
