/** The environment variables of payments: a provider at an address, or the simulator. */
import { Config, Duration, Redacted } from "effect"
import * as Kind from "../settings/Kind.ts"
import * as Variable from "../settings/Variable.ts"
import type * as Http from "./HttpPayments.ts"

export interface PaymentSettings {
  /** The share of simulated charges that time out. */
  readonly failureRate: number
  /** How long each simulated answer takes. */
  readonly latency: Duration.Duration
  /** The real provider, if any; nothing is simulated then. */
  readonly provider?: Http.HttpPaymentsOptions
}

interface Given {
  readonly mode: "simulated" | "provider" | undefined
  readonly url: URL | undefined
  readonly apiKey: Redacted.Redacted<string> | undefined
}

const MAX_API_KEY_LENGTH = 4_096
/** Whether it fits into a header. */
const isHeaderText = (key: string) => key.length <= MAX_API_KEY_LENGTH && /^[\x21-\x7e]+$/.test(key)

const rule = ({ apiKey, mode, url }: Given): string | undefined => {
  if (mode === "provider" && url === undefined) return "PAYMENT_URL: is missing, and PAYMENTS is provider"
  // A contradiction is refused, because either reading of it loses money or takes it.
  if (mode === "simulated" && url !== undefined) return "PAYMENTS: is simulated, and PAYMENT_URL is given"
  if (url !== undefined && (url.username + url.password + url.search + url.hash) !== "") {
    return "PAYMENT_URL: takes no user, password, query or fragment; the key goes to PAYMENT_API_KEY"
  }
  if (apiKey !== undefined && !isHeaderText(Redacted.value(apiKey))) {
    return `PAYMENT_API_KEY: is not 1 to ${MAX_API_KEY_LENGTH} printable ASCII characters without spaces`
  }
  if ((apiKey === undefined) === (url === undefined)) return undefined
  return url === undefined
    ? "PAYMENT_URL: is missing, and PAYMENT_API_KEY is given: payments would be simulated"
    : "PAYMENT_API_KEY: is missing, and PAYMENT_URL is given"
}

/** The longest that one answer takes: units are held meanwhile, and nobody else can buy them. */
const LONGEST = Duration.minutes(5)

/**
 * `PAYMENTS` says which of both; where it is absent a `PAYMENT_URL` decides. `failureRate` is the default of the share
 * of simulated charges that time out, 0 to 1.
 */
export const make = (failureRate: number): Config.Config<PaymentSettings> =>
  Variable.check(
    Variable.group({
      mode: Variable.make<Given["mode"]>(
        "PAYMENTS",
        Kind.word({ simulated: "simulated", provider: "provider" }),
        undefined
      ),
      failureRate: Variable.make("PAYMENT_FAILURE_RATE", Kind.share, failureRate),
      latency: Variable.make("PAYMENT_LATENCY", Kind.duration(Duration.zero, LONGEST), Duration.millis(100)),
      url: Variable.make<URL | undefined>("PAYMENT_URL", Kind.url, undefined),
      apiKey: Variable.secret("PAYMENT_API_KEY"),
      timeout: Variable.make("PAYMENT_TIMEOUT", Kind.duration(Duration.millis(1), LONGEST), Duration.seconds(2))
    }),
    rule
  ).pipe(Config.map(({ apiKey, failureRate, latency, timeout, url }) =>
    url === undefined || apiKey === undefined
      ? { failureRate, latency }
      : { failureRate, latency, provider: { url, apiKey, timeout } }
  ))
