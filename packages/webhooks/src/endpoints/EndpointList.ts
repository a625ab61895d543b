/** The endpoints of a file: how it is written, and which content is refused. Pure. Decision 0052. */
import * as CloudEvent from "@flash-sale/domain/events/CloudEvent"
import { EndpointName, EventGlob, matcher, MAX_ENDPOINTS, MAX_GLOBS } from "@flash-sale/domain/webhooks/Endpoint"
import * as ListFile from "@flash-sale/infra/watch/ListFile"
import { Redacted, Schema } from "effect"
import * as Secrets from "./Secrets.ts"

const MAX_URL = 2_000
/** Counts and positions are no part of histories, so that the archive cannot tell them. */
const NOT_SENT: ReadonlyArray<string> = ["item.refused", "log.position"]
/** The types of events that webhooks send. */
export const TYPES = CloudEvent.TYPES.filter((type) => !NOT_SENT.includes(type))

const isUrl = (text: string): boolean => {
  if (text.length > MAX_URL || !URL.canParse(text)) return false
  const { hash, password, protocol, username } = new URL(text)
  return ["http:", "https:"].includes(protocol) && username === "" && password === "" && hash === ""
}

const Url = Schema.String.check(
  Schema.makeFilter(isUrl, { message: "must be an http or https URL without a user, a password and a fragment" })
)
const Secret = Schema.String.check(
  Schema.makeFilter((text: string) => Secrets.bytesOf(text) !== undefined, { message: Secrets.EXPECTED })
)
const ONE_OR_TWO = "must be one secret or two"
const Glob = EventGlob.check(
  Schema.makeFilter((glob: string) => TYPES.some(matcher([glob])), {
    message: "matches no type of events that is sent"
  })
)

/**
 * One endpoint as it is written.
 *
 * - `secret`: what its deliveries are signed with; two while one is replaced by another: both sign then.
 * - `events`: globs of the types of events that it is told.
 * - `disabled`: it is told nothing, and keeps its place.
 */
const StoredEndpoint = Schema.Struct({
  name: EndpointName,
  url: Url,
  secret: Schema.Union([
    Secret,
    Schema.Array(Secret).check(Schema.isBetweenLength(1, 2, { message: ONE_OR_TWO }))
  ]).annotate({ message: ONE_OR_TWO }),
  events: Schema.Array(Glob).check(
    Schema.isBetweenLength(1, MAX_GLOBS, { message: `must be 1 to ${MAX_GLOBS} types of events` })
  ),
  disabled: Schema.optionalKey(Schema.Boolean)
})

/** An endpoint. */
export interface Endpoint {
  readonly name: EndpointName
  readonly url: URL
  readonly secrets: ReadonlyArray<Redacted.Redacted<Buffer>>
  readonly globs: ReadonlyArray<string>
  /** Tells whether it is told events of this type. */
  readonly matches: (type: string) => boolean
  readonly isDisabled: boolean
}

const read = ListFile.reader({
  entry: "endpoint",
  anEntry: "an endpoint",
  entries: "endpoints",
  most: MAX_ENDPOINTS,
  schema: StoredEndpoint
})

const endpointOf = ({ disabled, events, name, secret, url }: typeof StoredEndpoint.Type): Endpoint => ({
  name,
  url: new URL(url),
  // Each was read once already.
  secrets: (typeof secret === "string" ? [secret] : secret).map((text) => Redacted.make(Secrets.bytesOf(text)!)),
  globs: events,
  matches: matcher(events),
  isDisabled: disabled === true
})

/** The endpoints of a file's text, or what is wrong with it in words that show no secret. */
export const parse = (text: string): ReadonlyArray<Endpoint> | string => {
  const found = read(text)
  return typeof found === "string" ? found : found.map(endpointOf)
}
