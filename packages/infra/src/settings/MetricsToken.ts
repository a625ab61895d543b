/** The token by which monitoring reads `/metrics`, where one is set. */
import { type Config, Redacted } from "effect"
import * as Variable from "./Variable.ts"

export type MetricsToken = Redacted.Redacted<string> | undefined

/** One that is shorter could be guessed. In characters. */
const MIN_LENGTH = 16
const MAX_LENGTH = 4_096

const isToken = (text: string): boolean =>
  text.length >= MIN_LENGTH && text.length <= MAX_LENGTH && /^[\x21-\x7e]+$/.test(text)

export const config: Config.Config<MetricsToken> = Variable.check(
  Variable.secret("METRICS_TOKEN"),
  (token) =>
    token === undefined || isToken(Redacted.value(token))
      ? undefined
      : `METRICS_TOKEN: is not ${MIN_LENGTH} to ${MAX_LENGTH} printable ASCII characters without spaces`
)
