/**
 * When a bound that is nearly used up, or has run out, gets a log line: at once, and then once a minute at the most.
 */
import { Duration } from "effect"

/** The share of a bound from which on a line warns. */
export const WARN_AT = 0.8
/** How often a bound is looked at. */
export const LOOK_EVERY = Duration.seconds(5)
/** Looks without another line of the same level: a minute. */
const QUIET_LOOKS = 12

/** How much of a bound is used now, and how often it was met since the last look. */
export interface Usage {
  readonly open: number
  readonly max: number
  readonly refused: number
}

export type Level = "enough" | "short" | "out"

/** The last line: its level, and how many looks ago it was; and what was refused that no line has counted yet. */
export interface Said {
  readonly level: Level
  readonly looksAgo: number
  readonly uncounted: number
}

export const NOTHING_SAID: Said = { level: "enough", looksAgo: 0, uncounted: 0 }

/** A line that is due now. `refused` counts what was refused since the line before. */
export interface Line {
  readonly level: Exclude<Level, "enough">
  readonly refused: number
}

const RANK: Readonly<Record<Level, number>> = { enough: 0, short: 1, out: 2 }

const levelOf = (usage: Usage): Level => {
  if (usage.refused > 0) return "out"
  return usage.open >= WARN_AT * usage.max ? "short" : "enough"
}

/** One look at a bound: what is remembered for the next one, and the line that is due, if any. */
export const look = (said: Said, usage: Usage): readonly [Said, Line | undefined] => {
  const level = levelOf(usage)
  const uncounted = said.uncounted + usage.refused
  const looksAgo = said.looksAgo + 1
  const last = looksAgo >= QUIET_LOOKS ? "enough" : said.level
  return level !== "enough" && RANK[level] > RANK[last]
    ? [{ level, looksAgo: 0, uncounted: 0 }, { level, refused: uncounted }]
    : [{ level: last, looksAgo, uncounted }, undefined]
}
