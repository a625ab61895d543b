/** Orders as lines of a table: money in its currency's digits, without the currency, which has a cell of its own. */
import type * as Bodies from "@flash-sale/domain/api/admin/archive/ArchiveBodies"
import * as Currencies from "@flash-sale/domain/records/Currencies"
import * as Csv from "./Csv.ts"

type Order = typeof Bodies.ArchivedOrder.Type

const COLUMNS: ReadonlyArray<readonly [name: string, of: (order: Order) => Csv.Cell]> = [
  ["request_id", ({ request_id }) => request_id],
  ["item_id", ({ item_id }) => item_id],
  ["user_id", ({ user_id }) => user_id],
  ["units", ({ amount }) => amount],
  ["price", ({ currency, price }) => price === undefined ? undefined : Currencies.decimal(price, currency)],
  ["currency", ({ currency }) => currency],
  ["money", (order) => moneyOf(order)],
  ["status", ({ status }) => status],
  ["reason", ({ reason }) => reason],
  ["attempt", ({ attempt }) => attempt],
  ["created_at", ({ created_at }) => created_at],
  ["updated_at", ({ updated_at }) => updated_at],
  ["payment_reference", ({ payment_reference }) => payment_reference],
  ["restocked", ({ restocked }) => restocked === undefined ? undefined : String(restocked)],
  ["refund_due", ({ refund_due = [] }) => refund_due.map(({ reference }) => reference).join(" ")],
  ["correlation_id", ({ correlation_id }) => correlation_id]
]

/** What all units of the order cost together; undefined where it has no price. */
export const moneyOf = ({ amount, currency, price }: Order): string | undefined =>
  amount === undefined || price === undefined
    ? undefined
    : Currencies.decimal(BigInt(amount) * BigInt(price), currency)

export const HEADINGS = Csv.line(COLUMNS.map(([name]) => name))

export const lineOf = (order: Order): string => Csv.line(COLUMNS.map(([, of]) => of(order)))
