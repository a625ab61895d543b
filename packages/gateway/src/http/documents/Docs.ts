/**
 * `GET /docs`: the API for people, on one page. Served with `DOCS=true`, made with the first request, and encoded and
 * compressed once: all answers share its bytes. Why: docs/decisions/0036-connections-and-answers-that-cost-memory.md.
 */
import { Api } from "@flash-sale/domain/api/Api"
import { Effect, type Layer } from "effect"
import { HttpRouter, HttpServerRequest, HttpServerResponse } from "effect/http"
import { type HttpApi, type HttpApiGroup, HttpApiScalar } from "effect/http-api"
import { promisify } from "node:util"
import { gzip } from "node:zlib"

export const PATH = "/docs"

/** Whether a client that says this takes gzip. */
const takesGzip = (acceptEncoding = ""): boolean =>
  acceptEncoding.split(",").some((part) => /^\s*gzip\s*(?:;\s*q\s*=\s*(?!0(?:\.0*)?\s*$).*)?$/i.test(part))

/**
 * What the page is told: to fetch no fonts, to send requests from here and not by somebody's proxy, to tell nobody that
 * it is open, and to lead to nobody's service.
 */
const SETTINGS = {
  withDefaultFonts: false,
  proxyUrl: "",
  telemetry: false,
  hideClientButton: true,
  showDeveloperTools: "never",
  agent: { disabled: true },
  mcp: { disabled: true }
}

/** What the browser lets the page do, whatever its script means to: it asks this port, and nobody else. */
const POLICY = [
  "default-src 'none'",
  "script-src 'unsafe-inline'",
  "style-src 'unsafe-inline'",
  "img-src 'self' data: blob:",
  "font-src data:",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'"
].join("; ")

/** The page, as the framework makes it for a router of its own. */
const page = async <Id extends string, Groups extends HttpApiGroup.Constraint>(
  api: HttpApi.HttpApi<Id, Groups>
): Promise<Buffer> => {
  const { dispose, handler } = HttpRouter.toWebHandler(HttpApiScalar.layer(api, { path: PATH, scalar: SETTINGS }), {
    disableLogger: true
  })
  const answer = await handler(new Request(`http://localhost${PATH}`))
  const bytes = Buffer.from(await answer.arrayBuffer())
  await dispose()
  return bytes
}

const encoded = async <Id extends string, Groups extends HttpApiGroup.Constraint>(
  api: HttpApi.HttpApi<Id, Groups>
) => {
  const plain = await page(api)
  return { plain, compressed: await promisify(gzip)(plain) }
}

/** The page of an API, on the port whose router it is. */
export const layerOf = <Id extends string, Groups extends HttpApiGroup.Constraint>(
  api: HttpApi.HttpApi<Id, Groups>
): Layer.Layer<never, never, HttpRouter.HttpRouter> =>
  HttpRouter.use((router) =>
    Effect.gen(function*() {
      // The first request may hang up; the page is made for all.
      const cached = yield* Effect.cached(Effect.uninterruptible(Effect.promise(() => encoded(api))))
      const answer = Effect.gen(function*() {
        const { headers } = yield* HttpServerRequest.HttpServerRequest
        const { compressed, plain } = yield* cached
        const isCompressed = takesGzip(headers["accept-encoding"])
        return HttpServerResponse.uint8Array(isCompressed ? compressed : plain, {
          contentType: "text/html; charset=utf-8",
          headers: {
            vary: "accept-encoding",
            "content-security-policy": POLICY,
            ...(isCompressed ? { "content-encoding": "gzip" } : {})
          }
        })
      })
      yield* router.add("GET", PATH, answer)
    })
  )

/** The page of the gateway. */
export const layer = layerOf(Api)
