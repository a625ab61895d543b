/** How the processor is, for `/health` and for readiness. */
import { ItemStore } from "@flash-sale/domain/ports/ItemStore"
import { EventsTold, OrderEvents } from "@flash-sale/domain/ports/OrderEvents"
import { OrderLog } from "@flash-sale/domain/ports/OrderLog"
import * as PaymentMode from "@flash-sale/infra/observability/PaymentMode"
import { Effect } from "effect"
import { ProcessorState, type WorkerState } from "./run/ProcessorState.ts"

/**
 * Healthy: log and store answer, the log keeps every record, events can be told, every owned partition and every item
 * goes on, and payments are not held back.
 */
export interface Health {
  readonly status: "healthy" | "unhealthy"
  readonly redis: boolean
  readonly kafka: boolean
  /** Owned partitions by the state of their worker. */
  readonly partitions: Readonly<Record<"running" | "recovering" | "waiting" | "refusing", number>>
  /** Whether a provider takes the money, or payments are simulated. */
  readonly payments: PaymentMode.Mode
  /** How far partitions that are folded again have come; absent where there is none. */
  readonly recovery?: ReadonlyArray<string>
  /**
   * Why the log is refused or may lose records, why events cannot be told, why the store takes no writes, why payments
   * are held back and partitions wait or refuse, and which items are stopped; absent where nothing is wrong.
   */
  readonly problems?: ReadonlyArray<string>
}

/** How many problems, and how many recoveries, a health body names. */
const MAX_NAMED = 20

/**
 * Whether a rollout may go on: the log is not refused, every partition that this process owns is folded to its end, and
 * none waits or refuses. With no partition yet it is ready, as there may be more processors than partitions.
 */
export const isReady: Effect.Effect<boolean, never, OrderLog | ProcessorState> = Effect.gen(function*() {
  const { trouble } = yield* OrderLog
  const state = yield* ProcessorState
  return (yield* trouble) === undefined && [...state.workers().values()].every(({ _tag }) => _tag === "Running")
})

/** What is wrong with the events, where any are told and the log is there. */
const eventProblems = Effect.gen(function*() {
  if ((yield* EventsTold) === "off") return []
  const events = yield* OrderEvents
  const warnings = yield* events.warnings
  return warnings.length > 0 || (yield* events.isUp) ? warnings : ["order events cannot be told: they do not answer"]
})

export const check: Effect.Effect<Health, never, OrderLog | OrderEvents | ItemStore | ProcessorState> = Effect.gen(
  function*() {
    const log = yield* OrderLog
    const store = yield* ItemStore
    const state = yield* ProcessorState
    const [kafka, redis] = yield* Effect.all([log.isUp, store.isUp], { concurrency: 2 })
    const workers = [...state.workers()]
    const refusal = yield* log.trouble
    const problems = [
      ...(refusal === undefined ? [] : [`the log is not used: ${refusal}`]),
      ...yield* log.warnings,
      ...kafka ? yield* eventProblems : [],
      ...problemsOf(state, redis ? undefined : yield* store.trouble)
    ].slice(0, MAX_NAMED)
    const recovery = workers.flatMap(([partition, worker]) =>
      worker._tag === "Recovering" ? [`partition ${partition}: ${worker.at()} of ${worker.until}`] : []
    ).slice(0, MAX_NAMED)
    const count = (tag: WorkerState["_tag"]) => workers.filter(([, worker]) => worker._tag === tag).length
    return {
      status: kafka && redis && problems.length === 0 ? "healthy" : "unhealthy",
      redis,
      kafka,
      partitions: {
        running: count("Running"),
        recovering: count("Recovering"),
        waiting: count("Waiting"),
        refusing: count("Halted")
      },
      payments: yield* PaymentMode.PaymentMode,
      ...(recovery.length === 0 ? {} : { recovery }),
      ...(problems.length === 0 ? {} : { problems })
    }
  }
)

const problemsOf = (state: ProcessorState["Service"], trouble: string | undefined): ReadonlyArray<string> => {
  return [
    ...(trouble === undefined ? [] : [`the store takes no writes: ${trouble}`]),
    ...state.paymentsHeld().map((why) => `payments are held back: ${why}`),
    ...[...state.workers()].flatMap(([partition, worker]) =>
      "why" in worker
        ? [`partition ${partition}: ${"code" in worker ? `${worker.code}: ` : ""}${worker.why}`]
        : []
    ),
    ...[...state.stoppedItems()].map(([itemId, { detail }]) => `item ${itemId}: ${detail}`)
  ]
}
