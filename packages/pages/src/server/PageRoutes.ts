/**
 * The pages and the files that they are made of, as routes of the port whose router it is. All of them are looked up in
 * what was assembled once: with the first request, in a thread of its own.
 */
import { Effect, type Layer } from "effect"
import { HttpRouter, HttpServerRequest, HttpServerResponse } from "effect/http"
import { Worker } from "node:worker_threads"
import { type Assembled, type Asset, assetOf } from "./Assembly.ts"
import * as Encoding from "./Encoding.ts"
import * as PageDocuments from "./PageDocuments.ts"

/** What the routes are made of. */
interface Served {
  readonly assets: ReadonlyMap<string, Asset>
  readonly digest: string
  /** By their paths. */
  readonly documents: ReadonlyMap<string, { readonly asset: Asset; readonly policy: string }>
  readonly embed: Asset
}

const HTML = "text/html; charset=utf-8"
const SCRIPT = "text/javascript; charset=utf-8"
const HOME = "/"
const SHOP = "/shop/:item"
const EMBED = "/embed.js"
const ASSETS = ["/assets/:digest/:room/:file", "/assets/:digest/:room/:folder/:file"] as const

/** The paths that take GET. */
export const PATHS: ReadonlyArray<string> = [HOME, SHOP, EMBED, ...ASSETS]

/** Asked again each time, and answered 304 where it is known. */
const ASK_AGAIN = "no-cache"
/** Another content has another address. */
const FOR_EVER = "public, max-age=31536000, immutable"
const SAFE = { "x-content-type-options": "nosniff", "referrer-policy": "no-referrer" }

/** Runs `assemble` in a thread. */
const assembled = (): Promise<Assembled> =>
  new Promise((resolve, reject) => {
    // Node calls the taking out of types experimental, and would say so at each start.
    const worker = new Worker(new URL("./AssemblyWorker.ts", import.meta.url), {
      execArgv: ["--disable-warning=ExperimentalWarning"],
      env: {}
    })
    worker.once("message", resolve).once("error", reject).unref()
  })

const servedOf = (found: Assembled, docs: boolean): Served => {
  const document = (path: string, { html, policy }: PageDocuments.PageDocument) =>
    [path, { asset: assetOf(path, HTML, html), policy }] as const
  return {
    assets: new Map(found.assets.map((asset) => [asset.name, asset])),
    digest: found.digest,
    documents: new Map([
      document(HOME, PageDocuments.home(found, docs)),
      document(SHOP, PageDocuments.shop(found))
    ]),
    embed: assetOf(EMBED, SCRIPT, PageDocuments.embed(found))
  }
}

const answer = (asset: Asset, fields: Readonly<Record<string, string>>) =>
  Effect.map(HttpServerRequest.HttpServerRequest, ({ headers }) => {
    const said = { ...SAFE, ...fields, etag: asset.etag, vary: "accept-encoding" }
    if (Encoding.isKnown(asset.etag, headers["if-none-match"])) {
      return HttpServerResponse.empty({ status: 304, headers: said })
    }
    const { bytes, encoding } = Encoding.choose(asset, headers["accept-encoding"])
    return HttpServerResponse.uint8Array(bytes, {
      contentType: asset.contentType,
      headers: encoding === undefined ? said : { ...said, "content-encoding": encoding }
    })
  })

const fileOf = Effect.fnUntraced(function*({ assets, digest }: Served) {
  const request = yield* HttpServerRequest.HttpServerRequest
  const [, , asked, ...name] = request.url.split("?", 1)[0]!.split("/")
  const asset = assets.get(name.join("/"))
  // The port says so in its own words.
  if (asset === undefined) return yield* Effect.die(HttpServerResponse.empty({ status: 404 }))
  // A page of another release, during an upgrade, gets what there is, and does not keep it.
  return yield* answer(asset, { "cache-control": asked === digest ? FOR_EVER : ASK_AGAIN })
})

/** `docs` is whether there is `/docs` on this port. */
export const layer = (docs: boolean): Layer.Layer<never, never, HttpRouter.HttpRouter> =>
  HttpRouter.use((router) =>
    Effect.gen(function*() {
      let making: Promise<Served> | undefined
      // The first request may hang up; what is made is for all. What failed is tried again by the next.
      const served = Effect.uninterruptible(
        Effect.promise(() => making ??= assembled().then((found) => servedOf(found, docs)))
      ).pipe(
        Effect.onError(() =>
          Effect.sync(() => {
            making = undefined
          })
        )
      )
      const page = (path: string) =>
        Effect.flatMap(served, ({ documents }) => {
          const { asset, policy } = documents.get(path)!
          return answer(asset, { "cache-control": ASK_AGAIN, "content-security-policy": policy })
        })
      yield* router.add("GET", HOME, page(HOME))
      yield* router.add("GET", SHOP, page(SHOP))
      yield* router.add(
        "GET",
        EMBED,
        Effect.flatMap(served, ({ embed }) => answer(embed, { "cache-control": ASK_AGAIN }))
      )
      for (const path of ASSETS) {
        yield* router.add("GET", path, Effect.flatMap(served, fileOf))
      }
    })
  )
