/** What the hot route does where it meets a bug: on it no framework is there to answer. */
import { assert, describe, it } from "@effect/vitest"
import { BuyHandler } from "@flash-sale/gateway/buy/BuyHandler"
import { HotRoutes, make } from "@flash-sale/gateway/hot/HotRoutes"
import * as PlaceRoutes from "@flash-sale/gateway/hot/PlaceRoutes"
import * as HttpServer from "@flash-sale/gateway/http/HttpServer"
import * as Arrivals from "@flash-sale/gateway/request/Arrivals"
import * as RequestRules from "@flash-sale/gateway/request/RequestRules"
import * as Shutdown from "@flash-sale/gateway/request/Shutdown"
import * as Spans from "@flash-sale/infra/observability/tracing/Spans"
import { Duration, Effect, Layer, Logger } from "effect"
import type { IncomingMessage, ServerResponse } from "node:http"
import { freePort } from "../../servers/Ports.ts"
import * as TestCallers from "../TestCallers.ts"

const quiet = Logger.layer([])

/** Answers with a header that cannot be written where the body asks for it. */
const handler = Layer.succeed(BuyHandler, {
  buy: (_, __, ___, body, respond) =>
    respond({ status: 202, headers: body[0] === 0x62 ? ["location", "two\nlines"] : [], body: "{}" }),
  denied: () => ({ status: 401, headers: [], body: "{}" }),
  failed: () => ({ status: 500, headers: [], body: "{}" })
})
const rules = RequestRules.layer({ allowedHosts: undefined, corsOrigins: new Set() })
const route = Layer.effect(HotRoutes, Effect.flatMap(PlaceRoutes.make, make)).pipe(
  Layer.provide([handler, Arrivals.layer(false), rules, Shutdown.layer(Duration.zero), TestCallers.layerGatekeeper])
)

const send = (port: number, body: string) =>
  Effect.promise(() =>
    fetch(`http://127.0.0.1:${port}/buy`, { method: "POST", body, headers: { "content-type": "application/json" } })
      .then(({ status }) => status, () => "cut")
  )

describe("The hot route", () => {
  it.live("ends the connection of an answer that it cannot write, and serves the next request", () =>
    Effect.gen(function*() {
      const port = yield* Effect.promise(freePort)
      yield* Layer.build(
        Layer.provide(HttpServer.layer({ httpPort: port, httpHost: "127.0.0.1", trustedProxies: [] }), route)
      )
      assert.strictEqual(yield* send(port, "broken"), "cut")
      assert.strictEqual(yield* send(port, "sound"), 202)
    }).pipe(Effect.scoped, Effect.provide(quiet)))

  it.effect("leaves a request to the framework that it cannot even begin", () =>
    Effect.gen(function*() {
      const { take } = yield* HotRoutes
      const headers = { "content-length": "2", "content-type": "application/json" }
      const request = { url: "/buy", method: "POST", headers } as IncomingMessage
      assert.isFalse(take(request, {} as ServerResponse))
    }).pipe(
      Effect.provide(route),
      Effect.provideService(Spans.Spans, {
        now: () => 0,
        isWanted: () => true,
        begin: () => {
          throw new Error("a bug")
        }
      }),
      Effect.provide(quiet)
    ))
})
