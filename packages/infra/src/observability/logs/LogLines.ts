/** The format of log lines: JSON for machines, or coloured text for a terminal. */
import { Cause, Formatter, type Logger, type LogLevel, References } from "effect"

/** The parts of a line. */
export interface Line {
  readonly date: Date
  /** The level as written: `INFO`. */
  readonly level: string
  readonly message: string
  readonly service: string
  readonly annotations: Readonly<Record<string, unknown>>
  /** A cause, as text. */
  readonly error?: string | undefined
}

/** A level as it is written. */
export const levelName = (level: LogLevel.LogLevel): string => level.toUpperCase()

/** The line of a call of Effect's logger. `service` applies where no annotation names another. */
export const of = (service: string, { cause, date, fiber, logLevel, message }: Logger.Options<unknown>): Line => {
  const annotations = fiber.getRef(References.CurrentLogAnnotations)
  const traceId = fiber.cache.span?.traceId
  return {
    date,
    level: levelName(logLevel),
    message: (Array.isArray(message) ? message : [message])
      .map((part) => typeof part === "string" ? part : Formatter.formatJson(part))
      .join(" "),
    service: String(annotations["service"] ?? service),
    annotations: traceId === undefined ? annotations : { trace_id: traceId, ...annotations },
    error: cause.reasons.length === 0 ? undefined : Cause.pretty(cause)
  }
}

/** The first keys of a line, in the order of the runbook; absent ones are left out. */
const FIRST = ["timestamp", "level", "message", "correlation_id", "service", "event"]

/** The line as JSON: `timestamp`, `level`, `message`, `service` and the annotations, flat. Without a line feed. */
export const json = ({ annotations, date, error, level, message, service }: Line): string => {
  const line: Record<string, unknown> = { timestamp: date.toISOString(), level, message }
  if (annotations["correlation_id"] !== undefined) line["correlation_id"] = annotations["correlation_id"]
  line["service"] = service
  if (annotations["event"] !== undefined) line["event"] = annotations["event"]
  for (const key in annotations) if (!FIRST.includes(key)) line[key] = annotations[key]
  if (error !== undefined) line["error"] = error
  return isPlain(line) ? JSON.stringify(line) : Formatter.formatJson(line)
}

/**
 * Whether every value is one that JSON holds as it is: others must neither take the line with them nor give secrets.
 */
const isPlain = (line: Readonly<Record<string, unknown>>): boolean => {
  for (const key in line) {
    const type = typeof line[key]
    if (type !== "string" && type !== "number" && type !== "boolean") return false
  }
  return true
}

const COLOURS: Readonly<Record<string, number>> = { DEBUG: 90, INFO: 32, WARN: 33, ERROR: 31, FATAL: 31 }
const colour = (code: number, text: string): string => `\u001b[${code}m${text}\u001b[0m`

/** Characters that a terminal would interpret rather than show. Log lines contain buyers' texts. */
const controlCharacters = /[\p{Cc}\p{Cf}]/gu
const harmless = (text: string): string => text.replace(controlCharacters, "\ufffd")

/** The line for a person: time, level, service, message, and the annotations as `key=value`. */
export const readable = ({ annotations, date, error, level, message, service }: Line): string => {
  const details = Object.entries(annotations)
    .filter(([key]) => key !== "service")
    .map(([key, value]) =>
      colour(90, `${key}=${harmless(typeof value === "string" ? value : Formatter.formatJson(value))}`)
    )
  return [
    colour(90, date.toISOString().slice(11, 23)),
    colour(COLOURS[level] ?? 0, level.padEnd(5)),
    colour(36, harmless(service)),
    harmless(message),
    ...details,
    ...(error === undefined ? [] : [`\n${error.split("\n").map(harmless).join("\n")}`])
  ].join(" ")
}
