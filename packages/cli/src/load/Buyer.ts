/** A buyer at the gateway's door: sends an order, and the same again where the answer was lost. */
import * as Undici from "@effect/platform-node/Undici"
import { Order } from "@flash-sale/domain/Order"
import { Effect, Schedule, Schema, type Scope } from "effect"
import type { Answer } from "./Tally.ts"

/** Connections that all buyers share. */
export const MAX_SOCKETS = 256
/** How long one try may take, in milliseconds. The gateway's own patience with its log is shorter. */
const TRY_TIMEOUT = 15_000
/** How long a buyer goes on trying: longer than a killed server takes to come back. */
const PATIENCE = "120 seconds"

/** From one tenth of a second up to two seconds, so that a server that comes back is not run over. */
const tryAgain = Schedule.jittered(Schedule.min([Schedule.exponential("100 millis"), Schedule.spaced("2 seconds")]))
  .pipe(Schedule.upTo({ duration: PATIENCE }))

/** The answer is not final: the gateway said 503, or the connection broke. */
class TryAgain extends Schema.TaggedError<TryAgain>()("TryAgain", { why: Schema.String }) {}

/** No gateway listens at all. */
export class NobodyAnswers extends Schema.TaggedError<NobodyAnswers>()("NobodyAnswers", { why: Schema.String }) {}

export interface Buyers {
  /** Always ends with an answer. `retried` hears of each try that is made again. */
  readonly buy: (order: Order, retried: (why: string) => void) => Effect.Effect<Answer>
  /** Succeeds where something answers at the gateway's address, whatever it says. */
  readonly knock: Effect.Effect<void, NobodyAnswers>
}

const encode = Schema.encodeSync(Schema.fromJsonString(Order))
const headers = { "content-type": "application/json" }

/** Buyers of one gateway, given by its origin: `http://localhost:8080`. */
export const make = Effect.fnUntraced(function*(url: URL): Effect.fn.Return<Buyers, never, Scope.Scope> {
  const pool = yield* Effect.acquireRelease(
    Effect.sync(() =>
      new Undici.Pool(url.origin, {
        connections: MAX_SOCKETS,
        headersTimeout: TRY_TIMEOUT,
        bodyTimeout: TRY_TIMEOUT
      })
    ),
    (opened) => Effect.promise(() => opened.destroy())
  )

  const statusOf = (options: { readonly method: "GET" | "POST"; readonly path: string; readonly body?: string }) =>
    Effect.tryPromise({
      try: async () => {
        const response = await pool.request({ headers, ...options })
        await response.body.dump()
        return response.statusCode
      },
      catch: (error) => new TryAgain({ why: reasonOf(error) })
    })

  const buy: Buyers["buy"] = (order, retried) => {
    const request = { method: "POST", path: "/buy", body: encode(order) } as const
    let tries = 0
    return statusOf(request).pipe(
      Effect.flatMap((status) => status === 503 ? Effect.fail(new TryAgain({ why: "503" })) : Effect.succeed(status)),
      Effect.tapError(({ why }) =>
        Effect.sync(() => {
          tries++
          retried(why)
        })
      ),
      Effect.retry({ schedule: tryAgain }),
      Effect.match({
        onSuccess: (status): Answer =>
          status === 202
            ? { _tag: "Accepted" }
            : status === 409 && tries > 0
            ? { _tag: "AcceptedBefore" }
            : { _tag: "Refused", status },
        onFailure: ({ why }): Answer => ({ _tag: "Unanswered", why })
      })
    )
  }

  return {
    buy,
    knock: Effect.mapError(
      Effect.asVoid(statusOf({ method: "GET", path: "/health" })),
      ({ why }) => new NobodyAnswers({ why })
    )
  }
})

/** A short name for what broke: few enough that they can be counted. */
const reasonOf = (error: unknown): string =>
  error instanceof Error && "code" in error && typeof error.code === "string"
    ? error.code
    : error instanceof Error
    ? error.name
    : "failed"
