/** The documents of the pages, and what a browser lets them do. Pure but for the text of the runbook. */
import { createHash } from "node:crypto"
import { TOKENS } from "../design/Tokens.ts"
import { addressOf, importMap } from "./Addresses.ts"
import type { Assembly } from "./Assembly.ts"
import * as EmbedScript from "./EmbedScript.ts"
import { CONSOLE_PACKAGES, PACKAGES, type Packages } from "./ModuleGraph.ts"
import * as Sources from "./Sources.ts"

/** In the order in which they are made where nobody has asked for one. */
export const NAMES = ["home", "homeWithDocs", "shop", "shopOfBuyers", "embed", "console", "runbook"] as const
export type DocumentName = typeof NAMES[number]

export interface PageDocument {
  readonly contentType: string
  readonly text: string
  /** The value of `Content-Security-Policy`; undefined where there is none. */
  readonly policy: string | undefined
}

const HTML = "text/html; charset=utf-8"
const SCRIPT = "text/javascript; charset=utf-8"

interface Page {
  readonly title: string
  /** Its module, whose custom elements fill the body; none where the body is all. */
  readonly entry?: string
  readonly body: string
  readonly packages: Packages
  /** Its styles, beside those of every page. */
  readonly styles: ReadonlyArray<string>
}

const hashOf = (text: string): string => `'sha256-${createHash("sha256").update(text).digest("base64")}'`

/**
 * Scripts and styles of this port, the one import map and the one style that stand in the document, and nothing else:
 * no address of anybody, no form, no frame, and no HTML out of texts but lit's templates.
 */
const policyOf = (map: string, style: string): string =>
  [
    "default-src 'none'",
    `script-src 'self' ${hashOf(map)}`,
    `style-src 'self' ${hashOf(style)}`,
    "connect-src 'self'",
    "img-src 'self' data:",
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
    "require-trusted-types-for 'script'",
    "trusted-types lit-html"
  ].join("; ")

/** A square that says itself; a browser would ask for one. */
const ICON = "data:image/svg+xml," + encodeURIComponent(
  `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 16 16"><rect width="16" height="16" rx="4" fill="#1f5eff"/>` +
    `<path d="M9 2 4 9h3l-1 5 5-7H8z" fill="#fff"/></svg>`
)

const filesOfPage = ({ needs }: Assembly, { entry, styles }: Page): ReadonlyArray<string> => [
  "design/Page.css",
  ...styles,
  ...(entry === undefined ? [] : needs(entry))
]

const documentOfPage = (assembly: Assembly, page: Page): PageDocument => {
  const { digest } = assembly.sources
  const { body, entry, packages, title } = page
  const map = importMap(digest, packages)
  const style = `:root{${TOKENS}}`
  const links = filesOfPage(assembly, page).map((name) =>
    `<link rel="${name.endsWith(".css") ? "stylesheet" : "modulepreload"}" href="${addressOf(digest, name)}">`
  )
  const script = entry === undefined
    ? ""
    : `\n<script type="module" src="${addressOf(digest, entry)}"></script>`
  const text = `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${title}</title>
<link rel="icon" href="${ICON}">
<style>${style}</style>
<script type="importmap">${map}</script>
${links.join("\n")}${script}
<body>
${body}
${entry === undefined ? "" : "<noscript><p>This page needs JavaScript.</p></noscript>"}
`
  return { contentType: HTML, text, policy: policyOf(map, style) }
}

/** The storefront of an engine that takes orders of signed-in buyers alone: it has none, and says what a shop has. */
const ofBuyers = (shop: string): string =>
  shop.replace(
    "<flash-sale-button></flash-sale-button>",
    `<flash-sale-button auth="required"></flash-sale-button>
<aside class="note">
<p><strong>A demonstration without a buyer.</strong> This engine takes orders from signed-in buyers only
(<code>AUTH=required</code>), and nobody can sign in here. A shop’s own page gives the button its buyer’s token,
which the shop’s server makes:</p>
<pre>&lt;flash-sale-button item="101" token="…"&gt;&lt;/flash-sale-button&gt;</pre>
<p class="muted">In the documentation: <code>docs/pages.md</code>, <code>docs/callers.md</code>.</p>
</aside>`
  )

/** Marked is read for the runbook alone. */
const runbookBody = async (): Promise<string> => (await import("./Runbook.ts")).bodyOf(Sources.runbook())

const pageOf = async ({ sources }: Assembly, name: Exclude<DocumentName, "embed">): Promise<Page> => {
  switch (name) {
    case "home":
    case "homeWithDocs": {
      const body = `<engine-home${name === "homeWithDocs" ? " docs" : ""}></engine-home>`
      return { title: "Flash Sale Engine", entry: "home/Home.ts", body, packages: PACKAGES, styles: [] }
    }
    case "shop":
    case "shopOfBuyers": {
      const body = name === "shop" ? sources.shop : ofBuyers(sources.shop)
      return { title: "Flash sale", entry: "shop/Shop.ts", body, packages: PACKAGES, styles: [] }
    }
    case "console":
      return {
        title: "Console",
        entry: "console/Console.ts",
        body: "<flash-sale-console></flash-sale-console>",
        packages: CONSOLE_PACKAGES,
        styles: ["uplot/uPlot.min.css", "console/Console.css"]
      }
    case "runbook":
      return { title: "Runbook", body: await runbookBody(), packages: {}, styles: ["console/Runbook.css"] }
  }
}

/** The document, and the names of the files that it needs. */
export const make = async (
  assembly: Assembly,
  name: DocumentName
): Promise<PageDocument & { readonly files: ReadonlyArray<string> }> => {
  if (name === "embed") {
    const files = assembly.needs(EmbedScript.BUTTON)
    return { contentType: SCRIPT, text: EmbedScript.make(assembly.sources.digest), policy: undefined, files }
  }
  const page = await pageOf(assembly, name)
  return { ...documentOfPage(assembly, page), files: filesOfPage(assembly, page) }
}
