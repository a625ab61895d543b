/**
 * The pages and the files that they are made of, as routes of the port whose router it is. The first request has all of
 * them made, in a thread of its own, which ends then: what the request asks for comes first.
 */
import { Effect, type Layer } from "effect"
import { HttpRouter, HttpServerRequest, HttpServerResponse } from "effect/http"
import { Worker } from "node:worker_threads"
import type { Asset } from "./Assembly.ts"
import * as Encoding from "./Encoding.ts"
import type { DocumentName } from "./PageDocuments.ts"
import { Served } from "./Served.ts"

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

/** Has all of it made in a thread: first of all what has this name. */
const begin = (first: string): Served => {
  const served = new Served()
  // Node calls the taking out of types experimental, and would say so at each start.
  const worker = new Worker(new URL("./AssemblyWorker.ts", import.meta.url), {
    execArgv: ["--disable-warning=ExperimentalWarning"],
    env: {},
    workerData: first
  })
  worker.on("message", (part) => served.take(part))
  worker.once("error", (error) => served.end(error instanceof Error ? error : new Error(String(error))))
  worker.once("exit", (code) => served.end(new Error(`the thread that makes the pages has ended with ${code}`)))
  worker.unref()
  return served
}

/** Of this process, whose ports have the same files. */
let shared: Served | undefined

/** What was made once for all. What failed is tried again by the next request. */
const once = async <A>(first: string, ask: (served: Served) => Promise<A>): Promise<A> => {
  const served = shared ??= begin(first)
  try {
    return await ask(served)
  } catch (error) {
    if (shared === served) shared = undefined
    throw error
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

const file = Effect.gen(function*() {
  const request = yield* HttpServerRequest.HttpServerRequest
  const [, , asked, ...parts] = request.url.split("?", 1)[0]!.split("/")
  const name = parts.join("/")
  const found = yield* Effect.promise(() => once(name, (served) => served.file(name)))
  // The port says so in its own words.
  if (found === undefined) return yield* Effect.die(HttpServerResponse.empty({ status: 404 }))
  // A page of another release, during an upgrade, gets what there is, and does not keep it.
  return yield* answer(found.asset, { "cache-control": asked === found.digest ? FOR_EVER : ASK_AGAIN })
})

const page = (name: DocumentName) =>
  Effect.gen(function*() {
    const { asset, policy } = yield* Effect.promise(() => once(name, (served) => served.document(name)))
    const policies = policy === undefined ? {} : { "content-security-policy": policy }
    return yield* answer(asset, { "cache-control": ASK_AGAIN, ...policies })
  })

/** The files, and these documents. */
const layerOf = (
  documents: ReadonlyArray<readonly [path: string, name: DocumentName]>
): Layer.Layer<never, never, HttpRouter.HttpRouter> =>
  HttpRouter.use((router) =>
    Effect.gen(function*() {
      for (const [path, name] of documents) yield* router.add("GET", path as `/${string}`, page(name))
      for (const path of ASSETS) yield* router.add("GET", path, file)
    })
  )

/** What a port is that has the pages for buyers. */
export interface BuyersPort {
  /** Whether there is `/docs`. */
  readonly docs: boolean
  /** Whether it takes orders of signed-in buyers alone. */
  readonly needsToken: boolean
}

/** The pages for buyers. */
export const layer = ({ docs, needsToken }: BuyersPort): Layer.Layer<never, never, HttpRouter.HttpRouter> =>
  layerOf([[HOME, docs ? "homeWithDocs" : "home"], [SHOP, needsToken ? "shopOfBuyers" : "shop"], [EMBED, "embed"]])

/** The console, for operators, and the runbook beside it. */
export const layerConsole: Layer.Layer<never, never, HttpRouter.HttpRouter> = layerOf([
  [CONSOLE, "console"],
  [RUNBOOK, "runbook"]
])
