/** The HTTP API for operators, as data: the server, its document and typed clients are made from it. Decision 0042. */
import { HttpApi, OpenApi } from "effect/http-api"
import { AdminAccess } from "./access/AdminAccess.ts"
import * as AdminDocument from "./AdminDocument.ts"
import { AdminItems } from "./AdminItems.ts"
import { AdminLetters } from "./AdminLetters.ts"
import { AdminOverview } from "./AdminOverview.ts"
import { AdminSystem } from "./AdminSystem.ts"
import { AdminArchive } from "./archive/AdminArchive.ts"
import { AdminDoctor } from "./doctor/AdminDoctor.ts"
import { AdminOrders } from "./orders/AdminOrders.ts"
import { AdminWebhooks } from "./webhooks/AdminWebhooks.ts"

export class AdminApi extends HttpApi.make("flash-sale-admin")
  .add(
    AdminItems,
    AdminOrders,
    AdminLetters,
    AdminOverview,
    AdminArchive,
    AdminWebhooks,
    AdminAccess,
    AdminDoctor,
    AdminSystem
  )
  // Every wrong field is named, and so is one that nobody knows: a setting that is mistyped must not be passed over.
  .annotate(HttpApi.PayloadParseOptions, { errors: "all", onExcessProperty: "error" })
  .annotate(HttpApi.QueryParseOptions, { errors: "all", onExcessProperty: "error" })
  .annotate(OpenApi.Transform, AdminDocument.amend)
  .annotateMerge(OpenApi.annotations({
    title: "Flash Sale Engine: admin API",
    version: "1.0",
    description: "For operators, scripts and consoles: what is on sale, what needs a person, how the engine does.\n\n" +
      "Every request carries an api key, whose scopes say what it may do. Every change is a record in the log, " +
      "with the key's name and the reason that was given. Every answer is JSON with a correlation id, but streams " +
      "of events.\n\n" +
      "A request that is none by HTTP is answered 400 `bad_request`, 408 `request_timeout`, 431 `head_too_large` or " +
      "501 `unsupported_transfer_encoding`: nothing was done for it, and the connection ends.",
    license: { name: "MIT", identifier: "MIT" },
    servers: [{ url: "/", description: "The admin port that serves this document" }]
  }))
{}
