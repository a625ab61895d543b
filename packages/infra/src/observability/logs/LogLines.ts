/** How a log line looks: JSON for machines, or coloured for the person at a terminal. */
import { Cause, Formatter, type Logger, type LogLevel, References } from "effect"

/** What a line is made of. */
export interface Line {
  readonly date: Date
  /** As it is written: `INFO`. */
  readonly level: string
  readonly message: string
  readonly service: string
  readonly annotations: Readonly<Record<string, unknown>>
  /** A cause, as text. */
  readonly error?: string | undefined
}

/** A level as it is written. */
export const levelName = (level: LogLevel.LogLevel): string => level.toUpperCase()

/** What Effect's logger is given, as a line. `service` where no annotation says another. */
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

/** In the order of the runbook; what is absent is left out. */
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

/** What a terminal would obey rather than show. Buyers' texts end up in log lines. */
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
