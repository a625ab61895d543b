/** Tables, and the way through the pages of a list by its cursor. */
import { html, nothing, type TemplateResult } from "lit"
import type { Shown } from "./Panels.ts"
import { hrefOf, type Route } from "./Route.ts"

export interface Column<Row> {
  readonly name: string
  /** In place of the name, at the top. */
  readonly head?: Shown
  readonly of: (row: Row) => Shown | number
  readonly isNumber?: boolean
  /** Words, which want some room. */
  readonly isText?: boolean
  /** Left out where there is little room. */
  readonly isWide?: boolean
}

/** Where rows are cards the first column that has a name is the title of each. */
const classOf = <Row>(column: Column<Row>, columns: ReadonlyArray<Column<Row>>): string => {
  const { isNumber, isText, isWide } = column
  const isTitle = column === columns.find(({ name }) => name !== "")
  return [
    isTitle ? "title" : "",
    isNumber === true ? "number" : "",
    isText === true ? "text" : "",
    isWide === true ? "wide" : ""
  ].filter((name) => name !== "").join(" ")
}

/** `caption` is for who does not see where the table is. */
export const table = <Row>(
  caption: string,
  columns: ReadonlyArray<Column<Row>>,
  rows: ReadonlyArray<Row>
): TemplateResult =>
  html`
    <div class="table" tabindex="0" role="group" aria-label=${caption}>
      <table>
        <thead>
          <tr>${
    columns.map((column) => html`<th scope="col" class=${classOf(column, columns)}>${column.head ?? column.name}</th>`)
  }</tr>
        </thead>
        <tbody>
          ${
    rows.map((row) =>
      html`<tr>${
        columns.map((column) =>
          html`<td class=${classOf(column, columns)} data-name=${column.name}>${column.of(row)}</td>`
        )
      }</tr>`
    )
  }
        </tbody>
      </table>
    </div>
  `

/** The query of a place, without where its list begins. */
const withoutCursor = ({ query }: Route): Readonly<Record<string, string>> =>
  Object.fromEntries([...query].filter(([name]) => name !== "cursor"))

/** Links to the first page and to the next one. The browser's way back leads to the page before. */
export const pager = (route: Route, next: string | undefined): Shown => {
  const isFirst = !route.query.has("cursor")
  if (isFirst && next === undefined) return nothing
  return html`
    <nav class="pager" aria-label="Pages of the list">
      ${isFirst ? nothing : html`<a href=${hrefOf(route.path, withoutCursor(route))}>First page</a>`}
      ${
    next === undefined ? nothing : html`<a href=${hrefOf(route.path, { ...withoutCursor(route), cursor: next })}>
        Next page</a>`
  }
    </nav>
  `
}

/** Names and what they are. */
export const facts = (rows: ReadonlyArray<readonly [name: string, value: Shown | number]>): TemplateResult =>
  html`<dl class="facts">${rows.map(([name, value]) => html`<div><dt>${name}</dt><dd>${value}</dd></div>`)}</dl>`
