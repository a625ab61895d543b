/** The token by which monitoring reads `/metrics`, where one is set; two while it is replaced. */
import { type Config, Redacted } from "effect"
import * as Variable from "./Variable.ts"

/** A token, or two on a line each, of which both count. */
export type MetricsToken = Redacted.Redacted<string> | undefined

/** One that is shorter could be guessed. In characters. */
const MIN_LENGTH = 16
const MAX_LENGTH = 4_096
/** The new one and the one before. */
const MAX_TOKENS = 2

const isToken = (text: string): boolean =>
  text.length >= MIN_LENGTH && text.length <= MAX_LENGTH && /^[\x21-\x7e]+$/.test(text)

/** Lines that are empty count for nothing. */
export const tokensIn = (token: MetricsToken): ReadonlyArray<string> =>
  token === undefined ? [] : Redacted.value(token).split(/\r?\n/).filter((line) => line !== "")

const rule = (token: MetricsToken): string | undefined => {
  if (token === undefined) return undefined
  const tokens = tokensIn(token)
  if (tokens.length > MAX_TOKENS) {
    return `METRICS_TOKEN: holds more than ${MAX_TOKENS} lines, the new token and the one before`
  }
  return tokens.length > 0 && tokens.every(isToken)
    ? undefined
    : `METRICS_TOKEN: is not ${MIN_LENGTH} to ${MAX_LENGTH} printable ASCII characters without spaces`
}

export const config: Config.Config<MetricsToken> = Variable.check(Variable.secret("METRICS_TOKEN"), rule)
