/** Simulated buyers and shops: they send a call, and the same one again where the answer was lost. */
import { NodeHttpClient } from "@effect/platform-node"
import * as Client from "@flash-sale/domain/api/Client"
import type { Order } from "@flash-sale/domain/records/Order"
import * as Monotonic from "@flash-sale/infra/time/Monotonic"
import { Context, Effect, Layer, type Redacted, Schedule, Schema, type Scope } from "effect"
import { HttpClient, HttpClientRequest } from "effect/http"
import * as Calls from "./Calls.ts"
import type { Action, Call } from "./Steps.ts"
import type { ActionAnswer, Answer } from "./Tally.ts"

/** Connections that all buyers share. */
export const MAX_SOCKETS = 256
/** How long one attempt may take, in milliseconds. The gateway gives up its log sooner. */
const TRY_TIMEOUT = 15_000
/** How long a buyer goes on trying, in milliseconds: longer than a killed server takes to come back. */
const TIMEOUT_MILLIS = 120_000

/** From one tenth of a second up to two seconds, so that a server that comes back is not run over. */
const tryAgain = Schedule.jittered(Schedule.min([Schedule.exponential("100 millis"), Schedule.spaced("2 seconds")]))

type Unanswered = Extract<Answer, { readonly _tag: "Unanswered" }>

/** No gateway listens at all. */
export class NobodyAnswers extends Schema.TaggedError<NobodyAnswers>()("NobodyAnswers", { why: Schema.String }) {}

/** Called for each repeated attempt, with its reason. */
export type Retried = (why: string) => void

export interface Buyers {
  /** Orders, or holds. Always ends with an answer. */
  readonly order: (order: Order, call: Exclude<Call, Action>, retried: Retried) => Effect.Effect<Answer>
  /**
   * Looks at an order whose hold was accepted, and where it holds units, or has held some until its time was over, does
   * this. Always ends with an answer.
   */
  readonly act: (order: Order, action: Action, retried: Retried) => Effect.Effect<ActionAnswer>
  /** Succeeds where something answers at the gateway's address, whatever it says. */
  readonly knock: Effect.Effect<void, NobodyAnswers>
}

/** Buyers of one gateway, given by its origin (`http://localhost:8080`). All of them send the key, where there is one. */
export const make = Effect.fnUntraced(function*(
  url: URL,
  key: Redacted.Redacted<string> | undefined
): Effect.fn.Return<Buyers, never, Scope.Scope> {
  const context = yield* Layer.build(NodeHttpClient.layerUndiciOptions({
    connections: MAX_SOCKETS,
    headersTimeout: TRY_TIMEOUT,
    bodyTimeout: TRY_TIMEOUT
  }))
  const http = Context.get(context, HttpClient.HttpClient)
  const withKey = key === undefined
    ? http
    : HttpClient.mapRequest(http, HttpClientRequest.bearerToken(key))
  const client = yield* Effect.provideService(Client.make(url), HttpClient.HttpClient, withKey)
  const monotonic = yield* Monotonic.reader

  /** Asks until there is an answer that repeating does not change, or the time is over. */
  const patiently = <A>(
    ask: (isAgain: boolean) => Effect.Effect<A, Calls.TryAgain>,
    retried: Retried
  ): Effect.Effect<A | Unanswered> => {
    let tries = 0
    const until = monotonic() + TIMEOUT_MILLIS
    return Effect.suspend(() => ask(tries > 0)).pipe(
      Effect.tapError(({ why }) =>
        Effect.sync(() => {
          tries++
          retried(why)
        })
      ),
      Effect.retry({ schedule: tryAgain, while: () => monotonic() < until }),
      Effect.catch(({ why }) => Effect.succeed<Unanswered>({ _tag: "Unanswered", why }))
    )
  }

  const order: Buyers["order"] = (order, call, retried) =>
    patiently((isAgain) => Calls.order(client, order, call, isAgain), retried)

  /** Undefined, how the order is, or that there was no answer. An order that is not decided yet is waited for. */
  const look = (order: Order, retried: Retried) =>
    patiently(() => Calls.look(client, order), (why) => why === Calls.PENDING ? undefined : retried(why))

  const act: Buyers["act"] = (order, action, retried) =>
    Effect.flatMap(look(order, retried), (standing) => {
      if (standing === undefined) return patiently(() => Calls.act(client, order, action), retried)
      return Effect.succeed<ActionAnswer>(typeof standing === "string" ? { _tag: "NotHeld", standing } : standing)
    })

  return {
    order,
    act,
    // Any answer will do: an engine that waits for its servers answers as well.
    knock: Effect.matchEffect(http.get(new URL("/health", url)), {
      onSuccess: (response) => Effect.ignore(response.text),
      onFailure: (error) => Effect.fail(new NobodyAnswers({ why: Calls.reasonOf(error) }))
    })
  }
})
