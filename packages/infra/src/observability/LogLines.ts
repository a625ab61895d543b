/** How a log record looks: one line of JSON for machines, or a coloured one for the person at a terminal. */
import { Cause, Formatter, type Logger, References } from "effect"

type Options = Logger.Options<unknown>

/** In the order of the runbook; what is absent is left out. */
const FIRST = ["timestamp", "level", "message", "correlation_id", "service", "event"]

/** The record as JSON: `timestamp`, `level`, `message`, `service` and the annotations, flat. Without a line feed. */
export const json = (service: string, options: Options): string => {
  const { annotations, cause, logLevel, message, traceId } = read(options)
  const line: Record<string, unknown> = { timestamp: options.date.toISOString(), level: logLevel, message }
  if (annotations["correlation_id"] !== undefined) line["correlation_id"] = annotations["correlation_id"]
  line["service"] = annotations["service"] ?? service
  if (annotations["event"] !== undefined) line["event"] = annotations["event"]
  for (const key in annotations) if (!FIRST.includes(key)) line[key] = annotations[key]
  if (traceId !== undefined) line["trace_id"] ??= traceId
  if (cause !== undefined) line["error"] = cause
  return isPlain(line) ? JSON.stringify(line) : Formatter.formatJson(line)
}

/** Whether every value is one that JSON holds as it is: others must neither take the line with them nor give secrets. */
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

/** The record for a person: time, level, service, message, and the annotations as `key=value`. */
export const readable = (service: string, options: Options): string => {
  const { annotations, cause, logLevel, message, traceId } = read(options)
  const details = Object.entries({ ...annotations, ...(traceId === undefined ? {} : { trace_id: traceId }) })
    .filter(([key]) => key !== "service")
    .map(([key, value]) =>
      colour(90, `${key}=${harmless(typeof value === "string" ? value : Formatter.formatJson(value))}`)
    )
  return [
    colour(90, options.date.toISOString().slice(11, 23)),
    colour(COLOURS[logLevel] ?? 0, logLevel.padEnd(5)),
    colour(36, harmless(String(annotations["service"] ?? service))),
    harmless(message),
    ...details,
    ...(cause === undefined ? [] : [`\n${cause.split("\n").map(harmless).join("\n")}`])
  ].join(" ")
}

const read = ({ cause, fiber, logLevel, message }: Options) => ({
  annotations: fiber.getRef(References.CurrentLogAnnotations),
  cause: cause.reasons.length === 0 ? undefined : Cause.pretty(cause),
  logLevel: logLevel.toUpperCase(),
  message: (Array.isArray(message) ? message : [message])
    .map((part) => typeof part === "string" ? part : Formatter.formatJson(part))
    .join(" "),
  traceId: fiber.cache.span?.traceId
})
