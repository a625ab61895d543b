/** The alerting rules as they are deployed, and the same ones in fast motion. */
import { readFileSync } from "node:fs"
import { fileURLToPath } from "node:url"
import { parse } from "yaml"

export interface Rule {
  readonly alert: string
  readonly expr: string
  readonly for?: string
  readonly keep_firing_for?: string
  readonly labels: Readonly<Record<string, string>>
  readonly annotations: Readonly<Record<string, string>>
}
export interface Rules {
  readonly groups: ReadonlyArray<{ readonly name: string; readonly rules: ReadonlyArray<Rule> }>
}

export const folder = fileURLToPath(new URL("../../../deploy/prometheus/", import.meta.url))
export const FILE = "flash-sale.rules.yml"

export const text = (): string => readFileSync(`${folder}${FILE}`, "utf8")
export const read = (): Rules => parse(text())
export const all = (): ReadonlyArray<Rule> => read().groups.flatMap(({ rules }) => rules)

const SECONDS: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3_600 }

/** `5m` at 30 times the speed is `10s`; nothing is shorter than `leastSeconds`, as a rate needs several scrapes. */
const shorter = (duration: string, speed: number, leastSeconds: number): string => {
  const [, number, unit] = /^(\d+)([smh])$/.exec(duration) ?? []
  if (number === undefined || unit === undefined) throw new Error(`${duration} is no duration that the rules use`)
  return `${Math.max(leastSeconds, Math.round(Number(number) * SECONDS[unit]! / speed))}s`
}

/** The rules with every window and every timeout shortened, and all else as it is. */
export const faster = (rules: string, speed: number, leastSeconds: number): string =>
  rules
    .replaceAll(/\[(\w+)\]/g, (_, window: string) => `[${shorter(window, speed, leastSeconds)}]`)
    .replaceAll(/\boffset (\w+)/g, (_, window: string) => `offset ${shorter(window, speed, leastSeconds)}`)
    .replaceAll(/^(\s+(?:for|keep_firing_for): )(\w+)$/gm, (_, key: string, timeout: string) =>
      `${key}${shorter(timeout, speed, 1)}`)
