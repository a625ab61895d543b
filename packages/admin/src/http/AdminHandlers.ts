/** The endpoints of the admin API: each only translates between the wire and what does the work. */
import { AdminApi } from "@flash-sale/domain/api/admin/AdminApi"
import { AdminUnhealthy } from "@flash-sale/domain/api/admin/AdminSystem"
import { CurrentOperator } from "@flash-sale/domain/api/admin/Operators"
import { ItemStore } from "@flash-sale/domain/ports/ItemStore"
import { OrderLog } from "@flash-sale/domain/ports/OrderLog"
import { withRetryAfter } from "@flash-sale/gateway/http/RefusalHeaders"
import { Shutdown } from "@flash-sale/gateway/request/Shutdown"
import { Duration, Effect } from "effect"
import { HttpApiBuilder } from "effect/http-api"
import * as KeyRequests from "../access/KeyRequests.ts"
import * as ArchiveRequests from "../archive/ArchiveRequests.ts"
import * as ReportRequests from "../archive/ReportRequests.ts"
import { DoctorReports } from "../doctor/DoctorReports.ts"
import * as EverySale from "../items/EverySale.ts"
import * as ItemRequests from "../items/ItemRequests.ts"
import * as SaleRequests from "../items/SaleRequests.ts"
import * as StockRequests from "../items/StockRequests.ts"
import * as LetterChanges from "../letters/LetterChanges.ts"
import * as LetterRequests from "../letters/LetterRequests.ts"
import * as OrderRequests from "../orders/OrderRequests.ts"
import { OverviewFeed } from "../overview/OverviewFeed.ts"
import * as OverviewHistory from "../overview/OverviewHistory.ts"
import { OverviewReads } from "../overview/OverviewReads.ts"
import * as Failures from "../request/Failures.ts"
import { answering } from "./Answering.ts"

export const items = HttpApiBuilder.group(AdminApi, "items", (handlers) =>
  Effect.map(answering, (answer) =>
    handlers
      .handle("items", ({ query }) => answer(ItemRequests.list(query)))
      .handle("item", ({ params }) => answer(ItemRequests.one(params.item_id)))
      .handle(
        "stock",
        ({ headers, params, payload }) =>
          answer(StockRequests.change(params.item_id, payload, headers["idempotency-key"]))
      )
      .handle(
        "sale",
        ({ params, payload, query }) => answer(SaleRequests.change(params.item_id, payload, query.create === "true"))
      )
      .handle("pauseAll", ({ payload }) => answer(EverySale.change(true, payload)))
      .handle("resumeAll", ({ payload }) => answer(EverySale.change(false, payload)))))

export const letters = HttpApiBuilder.group(
  AdminApi,
  "letters",
  (handlers) =>
    Effect.map(answering, (answer) =>
      handlers
        .handle("letters", ({ query }) => answer(LetterRequests.list(query)))
        .handle("letter", ({ params }) => answer(LetterRequests.find(params.id)))
        .handle("replay", ({ headers, payload }) => answer(LetterChanges.replay(payload, headers["idempotency-key"])))
        .handle("discard", ({ payload }) => answer(LetterChanges.discard(payload))))
)

export const overview = HttpApiBuilder.group(AdminApi, "overview", (handlers) =>
  Effect.gen(function*() {
    const reads = yield* OverviewReads
    const feed = yield* OverviewFeed
    const history = yield* OverviewHistory.OverviewHistory
    return handlers
      .handle("overview", () => withRetryAfter(Failures.answered(Failures.bounded(reads.now))))
      .handle("overviewEvents", () =>
        Effect.flatMap(CurrentOperator, ({ stillMay }) => feed.answer(stillMay)).pipe(
          Effect.catchTag("TooManyListeners", () => Failures.unavailable("overloaded")),
          Failures.answered,
          withRetryAfter
        ))
      .handle("overviewHistory", () =>
        Effect.sync(() => ({
          every_seconds: Duration.toSeconds(OverviewHistory.EVERY),
          samples: history.samples()
        })))
  }))

export const orderChanges = HttpApiBuilder.group(
  AdminApi,
  "orderChanges",
  (handlers) =>
    Effect.map(answering, (answer) =>
      handlers
        .handle("cancel", ({ params, payload }) => answer(OrderRequests.cancel(params.request_id, payload)))
        .handle(
          "refund",
          ({ headers, params, payload }) =>
            answer(OrderRequests.refund(params.request_id, payload, headers["idempotency-key"]))
        ))
)

export const access = HttpApiBuilder.group(
  AdminApi,
  "access",
  (handlers) =>
    Effect.map(answering, (answer) =>
      handlers
        .handle("me", () => answer(KeyRequests.me))
        .handle("keys", () => answer(KeyRequests.list)))
)

export const doctor = HttpApiBuilder.group(
  AdminApi,
  "doctor",
  (handlers) => Effect.map(DoctorReports, ({ ask }) => handlers.handle("doctor", () => withRetryAfter(ask)))
)

export const archive = HttpApiBuilder.group(
  AdminApi,
  "archive",
  (handlers) =>
    Effect.map(answering, (answer) =>
      handlers
        .handle("orders", ({ query }) => answer(ArchiveRequests.orders(query)))
        .handle("order", ({ params, query }) => answer(ArchiveRequests.order(params.request_id, query.item)))
        .handle("audit", ({ query }) => answer(ArchiveRequests.audit(query)))
        .handle("report", ({ params, query }) => answer(ReportRequests.report(params.item_id, query))))
)

export const system = HttpApiBuilder.group(AdminApi, "system", (handlers) =>
  Effect.gen(function*() {
    const log = yield* OrderLog
    const store = yield* ItemStore
    const shutdown = yield* Shutdown
    return handlers
      .handle("health", () =>
        Effect.gen(function*() {
          const [kafka, redis] = yield* Effect.all([log.isUp, store.isUp], { concurrency: 2 })
          return !shutdown.hasBegun() && redis && kafka
            ? { status: "healthy" as const, redis, kafka }
            : yield* new AdminUnhealthy({ redis, kafka })
        }))
      .handle("livez", () => Effect.succeed({ status: "live" as const }))
  }))
