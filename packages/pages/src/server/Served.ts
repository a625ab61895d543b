/** All that the ports serve of the pages, ready to be sent: files and documents, each with its encodings. */
import { type Assembled, type Asset, assetOf } from "./Assembly.ts"
import * as PageDocuments from "./PageDocuments.ts"

export type DocumentName = "home" | "homeWithDocs" | "shop" | "embed" | "console" | "runbook"

export interface ServedDocument {
  readonly asset: Asset
  /** The value of `Content-Security-Policy`; undefined where there is none. */
  readonly policy: string | undefined
}

export interface Served {
  /** By their names. */
  readonly assets: ReadonlyMap<string, Asset>
  readonly digest: string
  readonly documents: ReadonlyMap<DocumentName, ServedDocument>
}

const HTML = "text/html; charset=utf-8"
const SCRIPT = "text/javascript; charset=utf-8"

/** Compresses the documents: that of the runbook alone takes a tenth of a second. */
export const servedOf = (assembled: Assembled): Served => {
  const page = (name: DocumentName, { html, policy }: PageDocuments.PageDocument) =>
    [name, { asset: assetOf(name, HTML, html), policy }] as const
  return {
    assets: new Map(assembled.assets.map((asset) => [asset.name, asset])),
    digest: assembled.digest,
    documents: new Map<DocumentName, ServedDocument>([
      page("home", PageDocuments.home(assembled, false)),
      page("homeWithDocs", PageDocuments.home(assembled, true)),
      page("shop", PageDocuments.shop(assembled)),
      page("console", PageDocuments.consoleOf(assembled)),
      page("runbook", PageDocuments.runbookOf(assembled)),
      ["embed", { asset: assetOf("embed", SCRIPT, PageDocuments.embed(assembled)), policy: undefined }]
    ])
  }
}
