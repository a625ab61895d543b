/** A server of the shop that is told events, and which of them. */
import { Schema } from "effect"

/** The most endpoints of one file. */
export const MAX_ENDPOINTS = 50
/** The most globs of one endpoint. */
export const MAX_GLOBS = 20

/** The name of an endpoint, unique in its file: labels of metrics and rows of deliveries carry it. */
export const EndpointName = Schema.String.check(
  Schema.isPattern(/^[a-z0-9-]{1,40}$/, { message: "must be 1 to 40 of a-z, 0-9 and -" })
).pipe(Schema.brand("EndpointName"))
export type EndpointName = typeof EndpointName.Type

/** Types of events: `*` stands for any characters, so `order.*` are those of orders and `*` are all. */
export const EventGlob = Schema.String.check(
  Schema.isPattern(/^[a-z_.*]{1,64}$/, { message: "must be a type of events such as order.completed, order.* or *" })
)

/**
 * Each part between stars is looked for behind the one before it, and the first place counts: it leaves the most to
 * those that follow. A regular expression would try all places together, for minutes where there are ten stars.
 */
const matches = (glob: string, type: string): boolean => {
  const [first = "", ...rest] = glob.split("*")
  const last = rest.pop()
  if (last === undefined) return type === glob
  if (!type.startsWith(first) || !type.endsWith(last)) return false
  const end = type.length - last.length
  let at = first.length
  for (const part of rest) {
    const found = type.indexOf(part, at)
    if (found === -1) return false
    at = found + part.length
  }
  return at <= end
}

/** Tells whether one of these globs matches a type of events. */
export const matcher = (globs: ReadonlyArray<string>): (type: string) => boolean => {
  const known = new Map<string, boolean>()
  return (type) => {
    const before = known.get(type)
    if (before !== undefined) return before
    const found = globs.some((glob) => matches(glob, type))
    known.set(type, found)
    return found
  }
}
