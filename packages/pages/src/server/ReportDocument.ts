/**
 * The report of a load run as one file: it asks nobody for anything, and may run the one script that stands in it. Pure
 * but for the files that it is made of.
 */
import { createHash } from "node:crypto"
import { readFileSync } from "node:fs"
import { findPackageJSON, stripTypeScriptTypes } from "node:module"
import { dirname, join } from "node:path"
import { TOKENS } from "../design/Tokens.ts"
import type { LoadReport, Named } from "../report/LoadReport.ts"

const PLOTS = ["Orders", "Latency", "Answers"]

const here = (name: string): string => readFileSync(new URL(`../${name}`, import.meta.url), "utf8")

const ofUplot = (name: string): string => {
  const manifest = findPackageJSON("uplot", import.meta.url)
  if (manifest === undefined) throw new Error("uplot is not installed")
  return readFileSync(join(dirname(manifest), "dist", name), "utf8")
}

const ESCAPES: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  "\"": "&quot;",
  "'": "&#39;"
}
const escaped = (text: string): string => text.replaceAll(/[&<>"']/g, (character) => ESCAPES[character]!)

/** As JSON that ends no script. */
const json = (value: unknown): string => JSON.stringify(value).replaceAll("<", "\\u003c")

const hashOf = (text: string): string => `'sha256-${createHash("sha256").update(text).digest("base64")}'`

const rows = (all: ReadonlyArray<Named>): string =>
  all.map(([name, value]) => `<tr><th scope="row">${escaped(name)}</th><td>${escaped(value)}</td></tr>`).join("\n")

const table = (title: string, all: ReadonlyArray<Named>): string =>
  all.length === 0 ? "" : `<section><h2>${escaped(title)}</h2><table>${rows(all)}</table></section>`

const verdict = ({ wrong }: LoadReport): string =>
  wrong.length === 0
    ? `<p class="verdict good">The books balance.</p>`
    : `<div class="verdict bad">The books do not balance.<ul>${
      wrong.map((line) => `<li>${escaped(line)}</li>`).join("")
    }</ul></div>`

const figures = ({ figures: all }: LoadReport): string =>
  `<dl class="figures">${
    all.map(([name, value]) => `<div><dt>${escaped(name)}</dt><dd>${escaped(value)}</dd></div>`).join("")
  }</dl>`

const body = (report: LoadReport): string =>
  `<main>
<h1>Load run</h1>
<p class="muted">Ended <time datetime="${escaped(report.endedAt)}">${escaped(report.endedAt)}</time></p>
${verdict(report)}
${figures(report)}
<div class="plots">${
    PLOTS.map((title, index) => `<div class="plot" id="plot-${index}" role="img" aria-label="${title}"></div>`).join("")
  }</div>
<noscript><p>The plots need JavaScript.</p></noscript>
<section><h2>The books</h2><pre>${report.books.map(escaped).join("\n")}</pre></section>
<div class="tables">
${report.tables.map(({ rows: all, title }) => table(title, all)).join("\n")}
${table("What was run", report.asked)}
</div>
</main>`

/** The whole file. */
export const make = (report: LoadReport): string => {
  const style = `:root{${TOKENS}}\n${here("design/Page.css")}${ofUplot("uPlot.min.css")}${here("report/Report.css")}`
  const script = [
    ofUplot("uPlot.iife.min.js"),
    `globalThis.timeline = ${json(report.timeline)}`,
    // In braces, as it names what is there already.
    `{${stripTypeScriptTypes(here("report/Plots.ts"))}}`
  ].join("\n")
  const policy = [
    "default-src 'none'",
    `script-src ${hashOf(script)}`,
    `style-src ${hashOf(style)}`,
    "base-uri 'none'",
    "form-action 'none'"
  ].join("; ")
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>Load run</title>
<style>${style}</style>
<body>
${body(report)}
<script>${script}</script>
`
}
