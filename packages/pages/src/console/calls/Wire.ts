/** What the admin API answers, by its own definition. Types alone: nothing of it is in the browser. */
import type * as Overviews from "@flash-sale/domain/api/admin/AdminOverview"
import type * as Archive from "@flash-sale/domain/api/admin/archive/ArchiveBodies"
import type * as Items from "@flash-sale/domain/api/admin/ItemBodies"
import type * as Letters from "@flash-sale/domain/api/admin/LetterBodies"
import type * as Orders from "@flash-sale/domain/api/admin/orders/OrderBodies"

export type Overview = typeof Overviews.OverviewNow.Encoded
export type OverviewHistory = typeof Overviews.OverviewHistory.Encoded
export type ItemRow = typeof Items.ItemRow.Encoded
export type ItemPage = typeof Items.ItemPage.Encoded
export type ItemDetails = typeof Items.ItemDetails.Encoded
export type StockAnswer = typeof Items.StockChanged.Encoded | typeof Items.ChangeRecorded.Encoded
export type SaleAnswer = ItemRow | typeof Items.ChangeRecorded.Encoded
export type SalesChanged = typeof Items.SalesChanged.Encoded
export type LetterRow = typeof Letters.LetterRow.Encoded
export type LetterPage = typeof Letters.LetterPage.Encoded
export type LetterDetails = typeof Letters.LetterDetails.Encoded
export type LettersHandled = typeof Letters.Handled.Encoded
export type OrderRow = typeof Archive.ArchivedOrder.Encoded
export type OrderPage = typeof Archive.OrderPage.Encoded
export type OrderDetails = typeof Archive.OrderDetails.Encoded
export type OrderAnswer = typeof Orders.OrderChanged.Encoded | typeof Orders.OrderChangeRecorded.Encoded
