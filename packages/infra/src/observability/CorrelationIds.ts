/** The ids by which everything about one order is found: the caller's own where it is a valid one, else a new one. */
import { CorrelationId } from "@flash-sale/domain/Ids"
import type { Random } from "effect"
import { Schema } from "effect"

/** The header by which a caller gives its own. */
export const HEADER = "x-correlation-id"

const isValid = Schema.is(CorrelationId)
const WORD = 0x1_0000_0000

/** A random UUID, version 4. Unique, but no secret. */
export const make = (random: Random.Random): CorrelationId => {
  const word = () => Math.floor(random.nextDoubleUnsafe() * WORD).toString(16).padStart(8, "0")
  const [a, b, c, d] = [word(), word(), word(), word()]
  const variant = "89ab"[Number.parseInt(c[0]!, 16) & 3]
  return CorrelationId.make(
    `${a}-${b.slice(0, 4)}-4${b.slice(5)}-${variant}${c.slice(1, 4)}-${c.slice(4)}${d}`
  )
}

/** Reads `text` as a correlation id. */
export const fromHeader = (text: string | undefined): CorrelationId | undefined =>
  text !== undefined && isValid(text) ? text : undefined
