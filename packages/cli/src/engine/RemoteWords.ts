/** What goes wrong between a command and an admin API, in the operator's words, and whether anything was done then. */
import { Effect, Option, Schema } from "effect"
import { HttpClientError, type HttpClientResponse } from "effect/http"
import * as CommandFailed from "../terminal/CommandFailed.ts"

/**
 * - `Refused`: the engine has said no, and nothing was done.
 * - `NotSent`: nothing has reached it.
 * - `Lost`: nobody knows whether it was done.
 */
export interface Failure {
  readonly _tag: "Refused" | "NotSent" | "Lost"
  readonly failed: CommandFailed.CommandFailed
}

const refused = (failed: CommandFailed.CommandFailed): Failure => ({ _tag: "Refused", failed })
const lost = (why: string): Failure => ({ _tag: "Lost", failed: CommandFailed.unreachable(why) })

/** No answer within the time that a request may take. */
export const silent = (within: string): Failure => lost(`the admin API has not answered within ${within}`)

const Body = Schema.Struct({
  code: Schema.String,
  error: Schema.optionalKey(Schema.String),
  scope: Schema.optionalKey(Schema.String),
  retry_after_seconds: Schema.optionalKey(Schema.Finite),
  errors: Schema.optionalKey(Schema.Array(Schema.Struct({ field: Schema.String, message: Schema.String })))
})
const bodyOf = Schema.decodeUnknownOption(Body)

const NO_KEYS = "the engine has no api keys, so nobody may ask: flash-sale key create, beside it, makes one"

const UPGRADING = "not recorded, nothing changed: the processor of the item does not know version 2 of the rules, " +
  "as far as is known: upgrade the processors first, or start one"

/** An answer of the engine that is no success, by its code. */
const ofBody = ({ code, error = code, errors = [], retry_after_seconds: wait, scope }: typeof Body.Type): Failure => {
  switch (code) {
    case "unauthenticated":
      return refused(CommandFailed.usage(
        "the engine does not know the key in FLASH_SALE_KEY or FLASH_SALE_KEY_FILE, or it has expired or been revoked"
      ))
    case "missing_scope":
      return refused(CommandFailed.usage(`the key in FLASH_SALE_KEY or FLASH_SALE_KEY_FILE has not the scope ${scope}`))
    case "validation_failed":
      return refused(CommandFailed.usage(...errors.map(({ field, message }) => `${field}: ${message}`)))
    case "too_many_failures":
      return refused(CommandFailed.unreachable(`this address has sent too many wrong keys: try again in ${wait} s`))
    case "no_archive":
      return refused(CommandFailed.failed(CommandFailed.NO_ARCHIVE))
    case "no_keys":
      return refused(CommandFailed.unreachable(NO_KEYS))
    case "unknown_host":
      return refused(CommandFailed.unreachable("it does not answer to this name: HTTP_ALLOWED_HOSTS there lists names"))
    case "log_unavailable":
      return refused(CommandFailed.unreachable("the log cannot be reached by the engine; nothing changed"))
    case "store_unavailable":
      return refused(CommandFailed.unreachable("the store cannot be read by the engine, or not yet; nothing changed"))
    case "keys_unavailable":
      return refused(CommandFailed.unreachable("the engine cannot read its api keys now; nothing changed"))
    case "item_stopped":
      return refused(CommandFailed.failed("the item is stopped: flash-sale item show, beside the engine, says why"))
    case "overloaded":
      return refused(CommandFailed.failed("not recorded, nothing changed: the engine has too much to do"))
    case "upgrading":
      return refused(CommandFailed.failed(UPGRADING))
    case "outcome_unknown":
      return lost("the engine has had no answer in time")
    case "internal_error":
      return lost("the request failed by a bug of the engine")
    case "not_found":
      // Of a path, not of an item or an order: a gateway's own port knows no other word for it.
      return ofStatus(404)
    default:
      return refused(CommandFailed.failed(`the engine refuses it: ${error} (${code})`))
  }
}

/** Where a connection is not made nothing was sent. */
const NOT_SENT =
  /^(?:ECONNREFUSED|ENOTFOUND|EAI_AGAIN|EPROTO|UND_ERR_CONNECT_TIMEOUT|\w*CERT\w*|ERR_(?:TLS|SSL)_\w+|UNABLE_TO_\w+)$/
const NAMES: Readonly<Record<string, string>> = {
  ECONNREFUSED: "nothing listens there",
  ENOTFOUND: "there is no such host",
  EAI_AGAIN: "the name of the host cannot be looked up",
  UND_ERR_CONNECT_TIMEOUT: "no connection in time"
}

const Caused = Schema.Struct({
  code: Schema.optionalKey(Schema.String),
  syscall: Schema.optionalKey(Schema.String),
  message: Schema.String
})
const causeOf = Schema.decodeUnknownOption(Caused)

const ofTransport = (cause: unknown): Failure => {
  const { code = "", message, syscall }: typeof Caused.Type = Option.getOrElse(
    causeOf(cause),
    () => ({ message: String(cause) })
  )
  const why = `the admin API cannot be reached: ${NAMES[code] ?? message}`
  return NOT_SENT.test(code) || syscall === "connect" || syscall === "getaddrinfo"
    ? { _tag: "NotSent", failed: CommandFailed.unreachable(why) }
    : lost(why)
}

/** What answers is not an admin API, as far as can be seen: a proxy, another port, another release. */
const ofStatus = (status: number): Failure => {
  const why = `what answers there is no admin API: status ${status}`
  if (status >= 300 && status < 400) {
    return refused(CommandFailed.unreachable(`${why}, which leads elsewhere, and is not followed`))
  }
  return status >= 400 && status < 500
    ? refused(CommandFailed.unreachable(`${why}: is it the address of ADMIN_PORT?`))
    : lost(why)
}

/** Of an answer that is no success. */
export const ofResponse = (response: HttpClientResponse.HttpClientResponse): Effect.Effect<Failure> =>
  Effect.map(
    Effect.option(response.json),
    (json) => Option.match(Option.flatMap(json, bodyOf), { onNone: () => ofStatus(response.status), onSome: ofBody })
  )

/** Judges what a call of the typed client has failed with. */
export const judge = (error: unknown): Effect.Effect<Failure> => {
  if (HttpClientError.isHttpClientError(error)) {
    const { reason, response } = error
    if (response === undefined) return Effect.succeed(ofTransport("cause" in reason ? reason.cause : reason))
    return ofResponse(response)
  }
  const body = bodyOf(error)
  return Effect.succeed(
    Option.isSome(body) ? ofBody(body.value) : lost("the answer is none that this release knows: is it another one?")
  )
}
