/** Kinds of values that a variable takes: how the text is read, and the words for what was expected. */
import { Duration, type LogLevel, Redacted } from "effect"

export interface Kind<A> {
  /** Follows "is not": `a port (1 to 65535)`. */
  readonly expects: string
  /** The value; undefined where the text is none of this kind. */
  readonly read: (text: string) => A | undefined
}

/** An address of a service. */
export interface Address {
  readonly host: string
  readonly port: number
}

const digits = /^\d{1,15}$/

/** A whole number within bounds. */
export const whole = (minimum: number, maximum: number): Kind<number> => ({
  expects: `a whole number from ${minimum} to ${maximum}`,
  read: (text) => {
    const value = digits.test(text) ? Number(text) : NaN
    return value >= minimum && value <= maximum ? value : undefined
  }
})

export const port: Kind<number> = { expects: "a port (1 to 65535)", read: whole(1, 65_535).read }

/** A share of all: 0 to 1. */
export const share: Kind<number> = {
  expects: "a share from 0 to 1, such as 0.1",
  read: (text) => {
    const value = /^(\d+\.?\d*|\.\d+)$/.test(text) ? Number(text) : NaN
    return value <= 1 ? value : undefined
  }
}

const MILLIS: Readonly<Record<string, number>> = {
  ms: 1,
  s: 1_000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000
}

/** A duration such as `1d12h` in milliseconds; undefined where it is none. */
export const millisOf = (text: string): number | undefined => {
  if (!/^(\d{1,15}(ms|s|m|h|d))+$/.test(text)) return undefined
  let millis = 0
  for (const [, count, unit] of text.matchAll(/(\d+)(ms|s|m|h|d)/g)) millis += Number(count) * (MILLIS[unit!] ?? NaN)
  return millis
}

/**
 * `100ms`, `30s`, `1m`, `1h`, `1d`, or several together: `1d12h`. Effect's own notation wants a space between. Each
 * variable has a longest value of its own, so that a mistyped one is noticed.
 */
export const duration = (minimum: Duration.Duration, maximum: Duration.Duration): Kind<Duration.Duration> => ({
  expects: `a duration such as 100ms, 30s, 1m, 1h or 1d (${formatDuration(minimum)} to ${formatDuration(maximum)})`,
  read: (text) => {
    const millis = millisOf(text)
    if (millis === undefined) return undefined
    const value = Duration.millis(millis)
    return Duration.between(value, { minimum, maximum }) ? value : undefined
  }
})

/** A duration in the notation that `duration` reads. */
export const formatDuration = (value: Duration.Duration): string => {
  let millis = Duration.toMillis(value)
  let text = ""
  for (const unit of ["d", "h", "m", "s", "ms"]) {
    const count = Math.floor(millis / MILLIS[unit]!)
    millis -= count * MILLIS[unit]!
    if (count > 0) text += `${count}${unit}`
  }
  return text === "" ? "0ms" : text
}

const readAddress = (text: string): Address | undefined => {
  const [, plain, bracketed, digits] = /^(?:([^\s:@/,[\]]+)|\[([0-9a-fA-F:.]+)\]):(\d+)$/.exec(text) ?? []
  const host = plain ?? bracketed
  const number = port.read(digits ?? "")
  return host === undefined || number === undefined ? undefined : { host, port: number }
}

export const address: Kind<Address> = { expects: "an address such as redis-service:6379", read: readAddress }

/** One or more addresses, as they were written. */
export const addresses: Kind<ReadonlyArray<string>> = {
  expects: "a comma-separated list of addresses such as kafka-1:9092,kafka-2:9092",
  read: (text) => {
    const parts = text.split(",").map((part) => part.trim())
    return parts.every((part) => readAddress(part) !== undefined) ? parts : undefined
  }
}

/** One of a closed set of words. */
export const word = <A>(words: Readonly<Record<string, A>>): Kind<A> => ({
  expects: `one of ${Object.keys(words).join(", ")}`,
  read: (text) => Object.hasOwn(words, text.toLowerCase()) ? words[text.toLowerCase()] : undefined
})

/** One of these words, in small letters. */
export const oneOf = <const Word extends string>(words: ReadonlyArray<Word>): Kind<Word> => ({
  expects: `one of ${words.join(", ")}`,
  read: (text) => words.find((word) => word === text.toLowerCase())
})

export const yesOrNo: Kind<boolean> = word({ true: true, false: false })

/** Any text. It is never shown, right or wrong. */
export const secret: Kind<Redacted.Redacted<string>> = { expects: "a secret", read: (text) => Redacted.make(text) }

const MAX_NAME = 200

/** The name of a login. It is shown in errors. */
export const userName: Kind<string> = {
  expects: `a name of 1 to ${MAX_NAME} characters without spaces`,
  read: (text) => text.length <= MAX_NAME && /^[^\s\p{Cc}]+$/u.test(text) ? text : undefined
}

export const logLevel: Kind<LogLevel.LogLevel> = word<LogLevel.LogLevel>({
  debug: "Debug",
  info: "Info",
  warn: "Warn",
  error: "Error"
})

export const path: Kind<string> = { expects: "a path", read: (text) => text.includes("\0") ? undefined : text }

export const url: Kind<URL> = {
  expects: "a URL such as http://collector:4318",
  read: (text) => /^https?:/.test(text) && URL.canParse(text) ? new URL(text) : undefined
}

const MAX_TOPIC = 249

/** The name of a topic, as Kafka's brokers take it. */
export const topic: Kind<string> = {
  expects: `a topic of Kafka: 1 to ${MAX_TOPIC} letters, digits, dots, dashes and underscores`,
  read: (text) => text.length <= MAX_TOPIC && /^[a-zA-Z0-9._-]+$/.test(text) && !/^\.\.?$/.test(text) ? text : undefined
}
