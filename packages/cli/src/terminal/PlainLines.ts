/** Log lines of a command, as a person reads them: on standard error, each text once, where something is wrong. */
import { Cause, Console, Effect, Layer, Logger, References } from "effect"

/** Texts that are remembered. A command that goes on for ever begins anew with them. */
const MAX_TEXTS = 1_000

const make = () => {
  const said = new Set<string>()
  return Logger.make<unknown, void>(({ cause, fiber, message }) => {
    const parts = Array.isArray(message) ? message : [message]
    const reasons = cause.reasons.length === 0 ? [] : [Cause.squash(cause)]
    const text = [...parts, ...reasons].map(textOf).join(": ")
    if (said.has(text)) return
    if (said.size === MAX_TEXTS) said.clear()
    said.add(text)
    fiber.getRef(Console.Console).error(`flash-sale: ${text}`)
  })
}

const textOf = (part: unknown): string =>
  Cause.isCause(part) ? textOf(Cause.squash(part)) : part instanceof Error ? part.message : String(part)

export const layer = Layer.merge(
  Layer.unwrap(Effect.sync(() => Logger.layer([make()]))),
  Layer.succeed(References.MinimumLogLevel, "Warn")
)
