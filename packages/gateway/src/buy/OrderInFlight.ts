/**
 * One order on its way through admission: one mutable object, made once and passed by reference through the stages
 * `precheck -> claim -> append -> finish`, or `precheck -> place -> finish`. No stage allocates a shape of its own for
 * it. Why orders have no fiber: docs/decisions/0013-the-hot-route.md.
 */
import type { AppendRefused, AppendUnknown } from "@flash-sale/domain/ports/OrderLog"
import type { Claim } from "@flash-sale/domain/ports/OrderStatuses"
import type { LogPosition } from "@flash-sale/domain/records/LogRecord"
import { fingerprint, type Order } from "@flash-sale/domain/records/Order"
import * as Completion from "@flash-sale/infra/actor/Completion"
import type { Span } from "@flash-sale/infra/observability/tracing/Spans"
import { Cause, Effect, Exit } from "effect"
import type { InFlight } from "../guards/KeyShares.ts"
import type { PrecheckRefusal } from "../request/Precheck.ts"
import type { Refusal } from "../request/Refusals.ts"
import type { RequestContext } from "../request/RequestContext.ts"

/** An order that is durable in the log. */
export interface AcceptedOrder {
  /** How long it may take until it is decided, in milliseconds; 0 where that is not known. */
  readonly waitMillis: number
  /** How many more orders its user may send in this window. */
  readonly remaining: number
}

/** How the admission of one order ends; a bug of ours is a defect in it. */
export type AdmissionResult = Exit.Exit<AcceptedOrder, Refusal>

/** An order as it was asked for: to be paid at once, or a hold. */
export type NewOrder = Order & { readonly holdSeconds?: number }
/** Which of the two: the names of their endpoints. */
export type OrderKind = "buy" | "hold"

/** Takes its place at once, of its caller's share as well where there is one, and gives both back when it is done. */
export class OrderInFlight implements AcceptedOrder {
  readonly order: NewOrder
  readonly isHold: boolean
  readonly request: RequestContext
  /** Whether its item was seen at the version of the rules that all orders can have. */
  isRaised = false
  /** Why what was read of its item and its buyer refuses it, while it is looked up whether it was placed before. */
  precheck: PrecheckRefusal | undefined = undefined
  /** The limit for each buyer of its item in units, where it has one. */
  limit: number | undefined = undefined
  /** The attempts at a claim so far. */
  attempts = 0
  /** Undefined where the store is away: then nothing is claimed. */
  claim: Claim | undefined = undefined
  /** Set with the claim. */
  remaining = 0
  /** Whether its status is kept since its append: then there is no claim to confirm. */
  hasStatus = false
  /** How its append ended. */
  appended: Exit.Exit<LogPosition, AppendRefused | AppendUnknown> | undefined = undefined
  /** Set when it is in the log. */
  waitMillis = 0
  /** The span of the step under way, where the order is recorded. */
  span: Span | undefined = undefined
  /** Whether it has been answered. */
  isDone = false
  private readonly inFlight: InFlight
  private readonly share: InFlight | undefined
  private readonly completion: Completion.Completion<AdmissionResult>

  constructor(
    order: NewOrder,
    kind: OrderKind,
    request: RequestContext,
    inFlight: InFlight,
    share: InFlight | undefined,
    completion: Completion.Completion<AdmissionResult>
  ) {
    this.order = order
    this.isHold = kind === "hold"
    this.request = request
    this.inFlight = inFlight
    this.share = share
    this.completion = completion
    inFlight.count++
    if (share !== undefined) share.count++
  }

  fingerprint(): string {
    return fingerprint(this.order, this.isHold)
  }

  /** Ends the span of the step under way. */
  endSpan(error?: string): void {
    this.span?.end(error)
    this.span = undefined
  }

  /** Answers the order, and gives its place back. The completion reports a second answer as the bug that it is. */
  done(result: AdmissionResult): void {
    if (!this.isDone) {
      this.isDone = true
      this.inFlight.count--
      if (this.share !== undefined) this.share.count--
      this.endSpan()
    }
    this.completion(result)
  }

  accept(): void {
    this.done(Exit.succeed(this))
  }

  refuse(refusal: Refusal): void {
    this.done(Exit.fail(refusal))
  }

  /** Ends the order by a bug. */
  fail(cause: Cause.Cause<unknown>): void {
    this.done(Exit.die(Cause.squash(cause)))
  }
}

/** One stage of admission. It answers the order or hands it to the next stage. */
export type Stage = (order: OrderInFlight) => void

const died = (order: OrderInFlight, defect: unknown): void => order.done(Exit.die(defect))

/** Runs a stage where no completion guards it: a bug in it ends this order, and no other. */
export const run = (stage: Stage, order: OrderInFlight): void => {
  try {
    stage(order)
  } catch (defect) {
    died(order, defect)
  }
}

/** Makes a completion that goes on with an order; a bug in `step` ends this order, and no other. */
export type Completions = <A>(
  order: OrderInFlight,
  step: (order: OrderInFlight, result: A) => void
) => Completion.Completion<A>

/** The completions of one stage. */
export const completions: Effect.Effect<Completions> = Effect.map(
  Completion.guard,
  (guard) => (order, step) => guard.of(order, step, died)
)
