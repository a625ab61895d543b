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

const patternOf = (glob: string): RegExp =>
  new RegExp(`^${glob.split("*").map((part) => part.replaceAll(".", "\\.")).join(".*")}$`, "u")

/** Tells whether one of these globs matches a type of events. */
export const matcher = (globs: ReadonlyArray<string>): (type: string) => boolean => {
  const patterns = globs.map(patternOf)
  const known = new Map<string, boolean>()
  return (type) => {
    const before = known.get(type)
    if (before !== undefined) return before
    const found = patterns.some((pattern) => pattern.test(type))
    known.set(type, found)
    return found
  }
}
