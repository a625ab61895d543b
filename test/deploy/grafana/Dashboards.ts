/** The dashboards as they are provisioned, and the queries in them. */
import { readdirSync, readFileSync } from "node:fs"
import { fileURLToPath } from "node:url"

export interface Target {
  readonly expr: string
  readonly legendFormat: string
  readonly refId: string
}
export interface Panel {
  readonly id: number
  readonly type: string
  readonly title: string
  readonly description?: string
  readonly gridPos: { readonly x: number; readonly y: number; readonly w: number; readonly h: number }
  readonly datasource?: { readonly type: string; readonly uid: string }
  readonly targets?: ReadonlyArray<Target>
}
export interface Variable {
  readonly name: string
  readonly type: string
  readonly definition?: string
}
export interface Dashboard {
  readonly file: string
  readonly uid: string
  readonly title: string
  readonly tags: ReadonlyArray<string>
  readonly templating: { readonly list: ReadonlyArray<Variable> }
  readonly panels: ReadonlyArray<Panel>
}

export const folder = fileURLToPath(new URL("../../../deploy/grafana/", import.meta.url))

const read = (file: string): Dashboard => {
  const board: Omit<Dashboard, "file"> = JSON.parse(readFileSync(`${folder}dashboards/${file}`, "utf8"))
  return { ...board, file }
}

export const all: ReadonlyArray<Dashboard> = readdirSync(`${folder}dashboards`).map(read)

export interface Query {
  readonly where: string
  /** With Grafana's own variables replaced by what it would put there. */
  readonly expr: string
  readonly legend: string
}

const GIVEN_BY_GRAFANA: Readonly<Record<string, string>> = { $__rate_interval: "20s", $__range: "30m", $item: ".*" }

const withValues = (expression: string): string =>
  expression.replaceAll(/\$\w+/g, (variable) => {
    const value = GIVEN_BY_GRAFANA[variable]
    if (value === undefined) throw new Error(`${variable} is no variable that the tests know`)
    return value
  })

export const queries: ReadonlyArray<Query> = all.flatMap(({ panels, title }) =>
  panels.flatMap((panel) =>
    (panel.targets ?? []).map(({ expr, legendFormat, refId }) => ({
      where: `${title}, ${panel.title}, ${refId}`,
      expr: withValues(expr),
      legend: legendFormat
    }))
  )
)
