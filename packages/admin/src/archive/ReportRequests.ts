/** `GET /admin/v1/reports/:item_id`, as JSON with a page of orders, or as a table with all of them. */
import type { Unavailable } from "@flash-sale/domain/api/Errors"
import type { NoArchive } from "@flash-sale/domain/api/lists/ArchiveErrors"
import { type ArchiveCursor, DEFAULT_PAGE, MAX_PAGE, type OrderPage } from "@flash-sale/domain/archive/Questions"
import * as Archive from "@flash-sale/domain/ports/Archive"
import type { ItemId } from "@flash-sale/domain/records/Ids"
import { RequestContext } from "@flash-sale/gateway/request/RequestContext"
import * as ArchiveViews from "@flash-sale/operations/archive/ArchiveViews"
import * as ItemReport from "@flash-sale/operations/archive/ItemReport"
import type { Counts } from "@flash-sale/operations/archive/Report"
import * as ReportCsv from "@flash-sale/operations/archive/ReportCsv"
import { Effect, Option, Stream } from "effect"
import { HttpServerRequest, HttpServerResponse } from "effect/http"
import * as Failures from "../request/Failures.ts"
import * as Accept from "./Accept.ts"
import * as ArchiveFailures from "./ArchiveFailures.ts"

interface Page {
  readonly cursor?: ArchiveCursor
  readonly limit?: number
}

/** A page of the item's orders, out of an archive that was found before: the answer goes on after its request. */
type ReadPage = (
  cursor: ArchiveCursor | undefined,
  limit: number
) => Effect.Effect<OrderPage, NoArchive | Unavailable>

const asJson = Effect.fnUntraced(function*(counts: Counts, { cursor, limit = DEFAULT_PAGE }: Page, read: ReadPage) {
  const { entries, next } = yield* read(cursor, limit)
  const orders = entries.map(ArchiveViews.orderOf)
  return next === undefined ? { ...counts, orders } : { ...counts, orders, next: next as string }
})

const textOf = ({ entries }: OrderPage): string =>
  entries.map((order) => ReportCsv.lineOf(ArchiveViews.orderOf(order))).join("")

/** The lines of all orders from here on. An archive that fails on the way breaks the answer off. */
const linesFrom = (next: ArchiveCursor | undefined, read: ReadPage) =>
  next === undefined ? Stream.empty : Stream.paginate(next, (cursor: ArchiveCursor) =>
    Effect.map(
      read(cursor, MAX_PAGE),
      (page) => [[textOf(page)], Option.fromNullishOr(page.next)] as const
    ))

const asTable = Effect.fnUntraced(function*(itemId: ItemId, counts: Counts, read: ReadPage) {
  const asked = yield* RequestContext
  const first = yield* read(undefined, MAX_PAGE)
  const lines = Stream.concat(Stream.make(ReportCsv.begin(counts) + textOf(first)), linesFrom(first.next, read))
  return HttpServerResponse.stream(
    Stream.encodeText(Stream.provideService(lines, RequestContext, asked)),
    {
      contentType: "text/csv; charset=utf-8",
      headers: { "content-disposition": `attachment; filename="report-${itemId}.csv"` }
    }
  )
})

export const report = (itemId: ItemId, page: Page) =>
  Effect.gen(function*() {
    const { headers } = yield* HttpServerRequest.HttpServerRequest
    const archive = yield* Archive.optional
    const counts = yield* ItemReport.read(itemId).pipe(
      Effect.catchTag("UnknownItem", Failures.unknownItem),
      (reading) => Effect.andThen(Failures.logKnown, ArchiveFailures.bounded(reading)),
      Failures.answered
    )
    const read: ReadPage = (cursor, limit) => ArchiveFailures.bounded(archive.orders({ itemId }, cursor, limit))
    return yield* Accept.isCsv(headers["accept"]) ? asTable(itemId, counts, read) : asJson(counts, page, read)
  })
