/** The archive of the engine whose stores the command reaches. */
import type { AuditFilter, OrderFilter } from "@flash-sale/domain/archive/Questions"
import * as Archive from "@flash-sale/domain/ports/Archive"
import type { ItemId, RequestId } from "@flash-sale/domain/records/Ids"
import * as ArchiveViews from "@flash-sale/operations/archive/ArchiveViews"
import * as ItemReport from "@flash-sale/operations/archive/ItemReport"
import * as OrderDetails from "@flash-sale/operations/orders/OrderDetails"
import { Effect } from "effect"
import * as CommandFailed from "../../terminal/CommandFailed.ts"
import * as Target from "../../terminal/Target.ts"
import * as OrderWords from "../order/OrderWords.ts"
import type { PageOptions } from "./ArchiveView.ts"

/** The order under this id that moved last; undefined where there is none, or no archive. */
export const lastMoved = (requestId: RequestId) =>
  Effect.gen(function*() {
    const archive = yield* Archive.optional
    const [order] = yield* Target.bounded(archive.find(requestId))
    return order === undefined ? undefined : ArchiveViews.orderOf(order)
  }).pipe(Effect.catchTag("NoArchive", () => Effect.undefined))

export const orders = (filter: OrderFilter, { cursor, limit }: PageOptions) =>
  Effect.gen(function*() {
    const archive = yield* Archive.optional
    const { entries, next } = yield* Target.bounded(archive.orders(filter, cursor, limit))
    return { entries: entries.map(ArchiveViews.orderOf), next }
  })

export const audit = (filter: AuditFilter, { cursor, limit }: PageOptions) =>
  Effect.gen(function*() {
    const archive = yield* Archive.optional
    const { entries, next } = yield* Target.bounded(archive.audit(filter, cursor, limit))
    return { entries: entries.map(ArchiveViews.auditOf), next }
  })

export const itemReport = (itemId: ItemId) =>
  Target.bounded(ItemReport.read(itemId)).pipe(
    Effect.catchTag("UnknownItem", (error) => Effect.fail(CommandFailed.noItem(error)))
  )

/** Undefined where there is no archive, and where nobody knows the order: the log may. */
export const orderDetails = (requestId: RequestId, itemId: ItemId | undefined) =>
  Target.bounded(OrderDetails.find(requestId, itemId)).pipe(
    Effect.catchTags({
      NoArchive: () => Effect.undefined,
      UnknownOrder: () => Effect.undefined,
      OrderUndecided: () => Effect.fail(OrderWords.undecided({ requestId, itemId }))
    })
  )
