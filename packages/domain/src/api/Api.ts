/** The HTTP API of the gateway, as data: the server, its documents and typed clients are made from it. */
import { HttpApi, OpenApi } from "effect/http-api"
import { CheckoutApi } from "./checkout/CheckoutApi.ts"
import * as Document from "./Document.ts"
import { ItemsApi } from "./ItemsApi.ts"
import { LiveApi } from "./LiveApi.ts"
import { OrdersApi } from "./OrdersApi.ts"
import { SystemApi } from "./SystemApi.ts"

export class Api extends HttpApi.make("flash-sale")
  .add(OrdersApi, CheckoutApi, ItemsApi, LiveApi, SystemApi)
  // Every wrong field is named, not only the first.
  .annotate(HttpApi.PayloadParseOptions, { errors: "all" })
  .annotate(OpenApi.Transform, Document.amend)
  .annotateMerge(OpenApi.annotations({
    title: "Flash Sale Engine",
    version: "1.1",
    description: "Takes orders, keeps every one that it accepted, sells exactly what is in stock.\n\n" +
      "A shop's server sends an api key and orders for any user; a buyer's browser or app sends a token that the " +
      "shop has made, and orders as that user. Where the gateway runs with `AUTH=open`, a request without either is " +
      "served like one with a key, and `user_id` is believed. Every answer is JSON with a correlation id, but 204 " +
      "and streams of events.\n\n" +
      "A request that is none by HTTP is answered 400 `bad_request`, 408 `request_timeout`, 431 `head_too_large` or " +
      "501 `unsupported_transfer_encoding`: nothing was done for it, and the connection ends.",
    license: { name: "MIT", identifier: "MIT" },
    servers: [{ url: "/", description: "The gateway that serves this document" }]
  }))
{}
