/** The documents of the pages, and what a browser lets them do. Pure. */
import { createHash } from "node:crypto"
import { TOKENS } from "../design/Tokens.ts"
import type { Assembled } from "./Assembly.ts"
import { CONSOLE_PACKAGES, PACKAGES, type Packages } from "./ModuleGraph.ts"

export interface PageDocument {
  readonly html: string
  /** The value of `Content-Security-Policy`. */
  readonly policy: string
}

interface Page {
  readonly title: string
  /** Its module, whose custom elements fill the body; none where the body is all. */
  readonly entry?: string
  readonly body: string
  readonly packages: Packages
  /** Its styles, beside those of every page. */
  readonly styles: ReadonlyArray<string>
}

export const addressOf = (digest: string, name: string): string => `/assets/${digest}/${name}`

/** Where the names of packages lead. */
export const importMap = (digest: string, packages: Packages): string =>
  JSON.stringify({
    imports: Object.fromEntries(Object.entries(packages).map(([name, file]) => [name, addressOf(digest, file)]))
  })

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

const documentOf = ({ digest, needs }: Assembled, page: Page): PageDocument => {
  const { body, entry, packages, styles, title } = page
  const map = importMap(digest, packages)
  const style = `:root{${TOKENS}}`
  const sheets = ["design/Page.css", ...styles].map((name) =>
    `<link rel="stylesheet" href="${addressOf(digest, name)}">`
  )
  const preloads = entry === undefined ? [] : [
    ...needs.get(entry)!.map((name) => `<link rel="modulepreload" href="${addressOf(digest, name)}">`),
    `<script type="module" src="${addressOf(digest, entry)}"></script>`
  ]
  const html = `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${title}</title>
<link rel="icon" href="${ICON}">
<style>${style}</style>
${sheets.join("\n")}
<script type="importmap">${map}</script>
${preloads.join("\n")}
<body>
${body}
${entry === undefined ? "" : "<noscript><p>This page needs JavaScript.</p></noscript>"}
`
  return { html, policy: policyOf(map, style) }
}

/** `docs` is whether there is `/docs`. */
export const home = (assembled: Assembled, docs: boolean): PageDocument =>
  documentOf(assembled, {
    title: "Flash Sale Engine",
    entry: "home/Home.ts",
    body: `<engine-home${docs ? " docs" : ""}></engine-home>`,
    packages: PACKAGES,
    styles: []
  })

export const shop = (assembled: Assembled): PageDocument =>
  documentOf(assembled, {
    title: "Flash sale",
    entry: "shop/Shop.ts",
    body: assembled.bodies.get("shop/Shop.html")!,
    packages: PACKAGES,
    styles: []
  })

export const consoleOf = (assembled: Assembled): PageDocument =>
  documentOf(assembled, {
    title: "Console",
    entry: "console/Console.ts",
    body: "<flash-sale-console></flash-sale-console>",
    packages: CONSOLE_PACKAGES,
    styles: ["uplot/uPlot.min.css", "console/Console.css"]
  })

export const runbookOf = (assembled: Assembled): PageDocument =>
  documentOf(assembled, {
    title: "Runbook",
    body: assembled.runbook,
    packages: {},
    styles: ["console/Runbook.css"]
  })

/**
 * A script for a shop's page, which brings the button there: an import map has to stand before the first module, and
 * names the engine by the address that the script has come from.
 */
export const embed = ({ digest }: Assembled): string => {
  const entry = addressOf(digest, "elements/FlashSaleButton.ts")
  return `(() => {
  const { origin } = new URL(document.currentScript.src)
  const add = (type, fields) =>
    document.head.append(Object.assign(document.createElement("script"), { type, ...fields }))
  const { imports } = ${importMap(digest, PACKAGES)}
  for (const name in imports) imports[name] = origin + imports[name]
  add("importmap", { textContent: JSON.stringify({ imports }) })
  add("module", { src: origin + ${JSON.stringify(entry)} })
})()
`
}
