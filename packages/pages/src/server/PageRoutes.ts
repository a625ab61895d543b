/**
 * The pages and the files that they are made of, as routes of the port whose router it is. All of them are looked up in
 * what was assembled once: with the first request, in a thread of its own.
 */
import { Effect, type Layer } from "effect"
import { HttpRouter, HttpServerRequest, HttpServerResponse } from "effect/http"
import { Worker } from "node:worker_threads"
import type { Asset } from "./Assembly.ts"
import * as Encoding from "./Encoding.ts"
import type { DocumentName, Served } from "./Served.ts"

const HOME = "/"
const SHOP = "/shop/:item"
const EMBED = "/embed.js"
const CONSOLE = "/console"
const RUNBOOK = "/console/runbook"
const ASSETS = ["/assets/:digest/:room/:file", "/assets/:digest/:room/:folder/:file"] as const

/** The paths that take GET where there are pages for buyers. */
export const PATHS: ReadonlyArray<string> = [HOME, SHOP, EMBED, ...ASSETS]
/** The paths that take GET where there is the console. */
export const CONSOLE_PATHS: ReadonlyArray<string> = [CONSOLE, RUNBOOK, ...ASSETS]

/** Asked again each time, and answered 304 where it is known. */
const ASK_AGAIN = "no-cache"
/** Another content has another address. */
const FOR_EVER = "public, max-age=31536000, immutable"
const SAFE = { "x-content-type-options": "nosniff", "referrer-policy": "no-referrer" }

/** Makes all of it in a thread. */
const served = (): Promise<Served> =>
  new Promise((resolve, reject) => {
    // Node calls the taking out of types experimental, and would say so at each start.
    const worker = new Worker(new URL("./AssemblyWorker.ts", import.meta.url), {
      execArgv: ["--disable-warning=ExperimentalWarning"],
      env: {}
    })
    worker.once("message", resolve).once("error", reject).unref()
  })

/** Of this process, whose ports have the same files. */
let assembling: Promise<Served> | undefined

/** What all ports share. What failed is tried again by the next request. */
const shared = (): Promise<Served> => {
  assembling ??= served().catch((error: unknown) => {
    assembling = undefined
    throw error
  })
  return assembling
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

/** The files, and these documents. */
const layerOf = (
  documents: ReadonlyArray<readonly [path: string, name: DocumentName]>
): Layer.Layer<never, never, HttpRouter.HttpRouter> =>
  HttpRouter.use((router) =>
    Effect.gen(function*() {
      // The first request may hang up; what is made is for all.
      const served = Effect.uninterruptible(Effect.promise(shared))
      for (const [path, name] of documents) {
        const page = Effect.flatMap(served, ({ documents }) => {
          const { asset, policy } = documents.get(name)!
          return answer(asset, {
            "cache-control": ASK_AGAIN,
            ...(policy === undefined ? {} : { "content-security-policy": policy })
          })
        })
        yield* router.add("GET", path as `/${string}`, page)
      }
      for (const path of ASSETS) {
        yield* router.add("GET", path, Effect.flatMap(served, fileOf))
      }
    })
  )

/** The pages for buyers. `docs` is whether there is `/docs` on this port. */
export const layer = (docs: boolean): Layer.Layer<never, never, HttpRouter.HttpRouter> =>
  layerOf([[HOME, docs ? "homeWithDocs" : "home"], [SHOP, "shop"], [EMBED, "embed"]])

/** The console, for operators, and the runbook beside it. */
export const layerConsole: Layer.Layer<never, never, HttpRouter.HttpRouter> = layerOf([
  [CONSOLE, "console"],
  [RUNBOOK, "runbook"]
])
