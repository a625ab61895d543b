/** A simulated buyer: sends an order, and the same one again where the answer was lost. */
import { NodeHttpClient } from "@effect/platform-node"
import * as Client from "@flash-sale/domain/api/Client"
import type { Order } from "@flash-sale/domain/records/Order"
import * as Monotonic from "@flash-sale/infra/time/Monotonic"
import { Context, Effect, Layer, Schedule, Schema, type Scope } from "effect"
import { HttpClient, type HttpClientError } from "effect/http"
import type { Answer } from "./Tally.ts"

/** Connections that all buyers share. */
export const MAX_SOCKETS = 256
/** How long one attempt may take, in milliseconds. The gateway gives up its log sooner. */
const TRY_TIMEOUT = 15_000
/** How long a buyer goes on trying, in milliseconds: longer than a killed server takes to come back. */
const TIMEOUT_MILLIS = 120_000

/** From one tenth of a second up to two seconds, so that a server that comes back is not run over. */
const tryAgain = Schedule.jittered(Schedule.min([Schedule.exponential("100 millis"), Schedule.spaced("2 seconds")]))

/** The answer is not final: the gateway said 503, or the connection broke. */
class TryAgain extends Schema.TaggedError<TryAgain>()("TryAgain", { why: Schema.String }) {}

/** No gateway listens at all. */
export class NobodyAnswers extends Schema.TaggedError<NobodyAnswers>()("NobodyAnswers", { why: Schema.String }) {}

export interface Buyers {
  /** Always ends with an answer. `retried` is called for each repeated attempt, with its reason. */
  readonly buy: (order: Order, retried: (why: string) => void) => Effect.Effect<Answer>
  /** Succeeds where something answers at the gateway's address, whatever it says. */
  readonly knock: Effect.Effect<void, NobodyAnswers>
}

/** Buyers of one gateway, given by its origin: `http://localhost:8080`. */
export const make = Effect.fnUntraced(function*(url: URL): Effect.fn.Return<Buyers, never, Scope.Scope> {
  const context = yield* Layer.build(NodeHttpClient.layerUndiciOptions({
    connections: MAX_SOCKETS,
    headersTimeout: TRY_TIMEOUT,
    bodyTimeout: TRY_TIMEOUT
  }))
  const http = Context.get(context, HttpClient.HttpClient)
  const client = yield* Effect.provideContext(Client.make(url), context)
  const monotonic = yield* Monotonic.reader

  /** The answer, or that it is none. */
  const ask = (order: Order, isAgain: () => boolean): Effect.Effect<Answer, TryAgain> =>
    Effect.matchEffect(client.orders.buy({ payload: order }), {
      onSuccess: () => Effect.succeed<Answer>({ _tag: "Accepted" }),
      onFailure: (error) => {
        switch (error._tag) {
          case "Unavailable":
            return Effect.fail(new TryAgain({ why: error.code }))
          case "DuplicateRequest":
            return Effect.succeed<Answer>(isAgain() ? { _tag: "AcceptedBefore" } : refused(error.code))
          case "HttpClientError":
            return error.response === undefined
              ? Effect.fail(new TryAgain({ why: reasonOf(error) }))
              : Effect.succeed(refused(`undefined answer ${error.response.status}`))
          case "SchemaError":
            return Effect.succeed(refused("undefined answer"))
          default:
            return Effect.succeed(refused(error.code))
        }
      }
    })

  const buy: Buyers["buy"] = (order, retried) => {
    let tries = 0
    const until = monotonic() + TIMEOUT_MILLIS
    return ask(order, () => tries > 0).pipe(
      Effect.tapError(({ why }) =>
        Effect.sync(() => {
          tries++
          retried(why)
        })
      ),
      Effect.retry({ schedule: tryAgain, while: () => monotonic() < until }),
      Effect.catch(({ why }) => Effect.succeed<Answer>({ _tag: "Unanswered", why }))
    )
  }

  return {
    buy,
    // Any answer will do: an engine that waits for its servers answers as well.
    knock: Effect.matchEffect(http.get(new URL("/health", url)), {
      onSuccess: (response) => Effect.ignore(response.text),
      onFailure: (error) => Effect.fail(new NobodyAnswers({ why: reasonOf(error) }))
    })
  }
})

const refused = (code: string): Answer => ({ _tag: "Refused", code })

/** A short name for what broke: few enough that they can be counted. */
const reasonOf = ({ reason }: HttpClientError.HttpClientError): string => {
  const cause = "cause" in reason ? reason.cause : undefined
  return cause instanceof Error && "code" in cause && typeof cause.code === "string" ? cause.code : reason._tag
}
