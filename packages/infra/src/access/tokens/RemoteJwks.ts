/**
 * A JSON Web Key Set at an address, fetched again now and then, and where a token names a key that is not in it.
 *
 * **Details**: whoever sends tokens can name keys that nobody has, so there is at most one request at a time, and a
 * pause after each. Of a key that is first named in the pause nobody can tell until the next request; one that was not
 * there in a request since is unknown. While the address does not answer, the keys that were fetched before stay in
 * force.
 */
import * as NodeHttpClient from "@effect/platform-node/NodeHttpClient"
import { Context, Deferred, Duration, Effect, Layer, Result, Schedule, Scope } from "effect"
import { HttpClient, HttpClientRequest } from "effect/http"
import * as BoundedBody from "../../http/client/BoundedBody.ts"
import * as Log from "../../observability/logs/Log.ts"
import * as Monotonic from "../../time/Monotonic.ts"
import * as Faults from "../../watch/Faults.ts"
import * as BuyerTokenKeys from "./BuyerTokenKeys.ts"
import * as SoughtKeys from "./SoughtKeys.ts"

/** How long one request may take, with its answer. */
export const TIMEOUT = Duration.seconds(5)
/** The pause after a request, in which no token causes another one. */
export const COOLDOWN = Duration.seconds(10)
/** How often the set is fetched where no token asks for it: a key that was taken out counts for so long. */
export const REFRESH_EVERY = Duration.minutes(10)
/** The longest set, in bytes. */
export const MAX_BYTES = 64 * 1024

const wrongBody = "its answer is longer than may be, or broke off"

/** The set's text, or why there is none: in words, as what the transport says may hold parts of the address. */
const fetchText = Effect.fnUntraced(function*(
  client: HttpClient.HttpClient,
  url: URL
): Effect.fn.Return<string, string> {
  const response = yield* client.execute(HttpClientRequest.acceptJson(HttpClientRequest.get(url))).pipe(
    Effect.mapError(() => "it could not be reached")
  )
  if (response.status !== 200) return yield* Effect.fail(`it answered ${response.status}`)
  return yield* Effect.mapError(BoundedBody.text(response, MAX_BYTES), () => wrongBody)
})

export const make = Effect.fnUntraced(function*(
  url: URL
): Effect.fn.Return<BuyerTokenKeys.Keys, never, Scope.Scope> {
  const scope = yield* Scope.Scope
  const now = yield* Monotonic.reader
  const client = Context.get(yield* Layer.build(NodeHttpClient.layerUndici), HttpClient.HttpClient)
  const place = `${url.origin}${url.pathname}`
  let text: string | undefined
  let current: BuyerTokenKeys.Generation | undefined
  const sought = SoughtKeys.make()
  /** Why nobody can say which keys there are, and whether that was said. */
  let trouble: string | undefined
  let pending: Deferred.Deferred<void> | undefined
  let quietUntil = Number.NEGATIVE_INFINITY

  const fetchOnce = Effect.gen(function*() {
    const found = yield* Effect.timeoutOrElse(fetchText(client, url), {
      duration: TIMEOUT,
      orElse: () => Effect.fail("it did not answer in time")
    })
    if (found === text) return
    current = yield* BuyerTokenKeys.parse(found)
    text = found
    yield* Log.info(`The keys of buyers' tokens were read from ${place}`, { event: "access_keys_changed" })
  })
  const fetchAndSay = Effect.gen(function*() {
    const request = sought.begin()
    const fetched = yield* Effect.result(Faults.asTrouble(fetchOnce))
    const before = trouble
    trouble = Result.isFailure(fetched) ? `${place}: ${fetched.failure}` : undefined
    if (trouble === undefined) sought.succeeded(request)
    if (trouble === before) return
    if (trouble !== undefined) {
      return yield* Log.error(`The keys of buyers' tokens cannot be read: ${trouble}`, {
        event: "access_keys_unusable",
        detail: trouble
      })
    }
    yield* Log.info(`The keys of buyers' tokens can be read again from ${place}`, { event: "access_keys_changed" })
  })
  // In a fiber of its own: whoever asks first may go away.
  const refresh: Effect.Effect<void> = Effect.suspend(() => {
    if (pending !== undefined) return Deferred.await(pending)
    if (now() < quietUntil) return Effect.void
    const asked = pending = Deferred.makeUnsafe<void>()
    return fetchAndSay.pipe(
      Effect.ensuring(Effect.sync(() => {
        pending = undefined
        quietUntil = now() + Duration.toMillis(COOLDOWN)
        Deferred.doneUnsafe(asked, Effect.void)
      })),
      Effect.forkIn(scope),
      Effect.andThen(Deferred.await(asked))
    )
  })
  yield* Effect.forkScoped(Effect.repeat(refresh, Schedule.spaced(REFRESH_EVERY)))
  const settle = (kid: string) =>
    Effect.suspend(() => {
      sought.note(kid)
      return Effect.map(refresh, () => trouble === undefined && sought.isSettled(kid))
    })
  return { current: () => current, settle }
})
