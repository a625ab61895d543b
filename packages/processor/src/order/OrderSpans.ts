/**
 * What the traces of orders say of the processor: a span for each order that a fold decided something about, below the
 * span that its record came with and linked to the span of the fold; and one for each dead letter.
 *
 * **Details**: all of it is skipped where nothing is recorded, and for orders that were sampled out.
 */
import type { DeadLetter } from "@flash-sale/domain/ports/DeadLetters"
import type { Command } from "@flash-sale/domain/records/Command"
import type { ItemId, RequestId } from "@flash-sale/domain/records/Ids"
import type * as Outcome from "@flash-sale/domain/rules/Outcome"
import * as OutcomeStatus from "@flash-sale/domain/rules/OutcomeStatus"
import * as Propagation from "@flash-sale/infra/observability/tracing/Propagation"
import * as Spans from "@flash-sale/infra/observability/tracing/Spans"
import { Effect, Option } from "effect"
import type { ChargeRef, Message } from "./OpenOrder.ts"
import type { OpenOrders } from "./OpenOrders.ts"
import * as OrderInRecord from "./OrderInRecord.ts"

/** Ends the spans of one fold: with what was decided, or with nothing, where it failed. */
export type End = (outcomes: ReadonlyArray<Outcome.RecordOutcome> | undefined) => void

/** A fold is to do something about this order. */
interface Concerned {
  readonly name: string
  /** Which record of the batch says so. */
  readonly at: number
  readonly order: ChargeRef
}

const NAMES: Readonly<Partial<Record<Command["_tag"], string>>> = {
  Place: "order reserve",
  Hold: "order hold",
  Confirm: "order confirm",
  Refund: "order refund",
  Settle: "order settle",
  Cancel: "order cancel",
  GiveUp: "order give up"
}

const concernedBy = (itemId: ItemId, batch: ReadonlyArray<Message>, open: OpenOrders, recorder: Spans.Recorder) => {
  const concerned: Array<Concerned> = []
  const add = (at: number, order: ChargeRef | undefined): void => {
    const name = NAMES[batch[at]!.command._tag]
    if (name === undefined || order === undefined || !recorder.isWanted(order.traceparent)) return
    concerned.push({ name, at, order })
  }
  const addOpen = (at: number, requestId: RequestId): void => add(at, open.get(requestId))
  for (const [at, { command }] of batch.entries()) {
    if (command._tag === "Settle") { for (const { requestId } of command.settlements) addOpen(at, requestId) }
    else if (command._tag === "Cancel" || command._tag === "GiveUp") addOpen(at, command.requestId)
    else add(at, OrderInRecord.of(itemId, command))
  }
  return concerned
}

const statusIn = ({ orders }: Outcome.RecordOutcome, { requestId }: ChargeRef): string | undefined => {
  // Of a record of one order the outcome does not repeat its id.
  const own = orders.find((order) => order.requestId === requestId) ?? (orders.length === 1 ? orders[0] : undefined)
  return own === undefined ? undefined : OutcomeStatus.status(own)
}

/** Records that come from a gateway, by way of the log. */
const CONSUMED: ReadonlySet<string | undefined> = new Set([NAMES.Place, NAMES.Hold, NAMES.Confirm, NAMES.Refund])

/** Begins the spans of one fold, before it; `open` as it is before it as well. Undefined where there are none. */
export const beginFold = (
  recorder: Spans.Recorder | undefined,
  itemId: ItemId,
  batch: ReadonlyArray<Message>,
  open: OpenOrders
): End | undefined => {
  if (recorder === undefined) return undefined
  const concerned = concernedBy(itemId, batch, open, recorder)
  if (concerned.length === 0) return undefined
  const fold = Spans.beginBatch(
    recorder,
    "item fold",
    "client",
    concerned.map(({ order }) => order.traceparent),
    { item_id: itemId, "batch.records": batch.length }
  )
  const spans = concerned.map(({ at, name, order }) => ({
    at,
    order,
    span: recorder.begin(name, {
      kind: CONSUMED.has(name) ? "consumer" : "internal",
      parent: order.traceparent,
      attributes: about(order),
      links: fold === undefined ? [] : [fold.traceparent]
    })
  }))
  return (outcomes) => {
    const error = outcomes === undefined ? "not folded" : undefined
    for (const { at, order, span } of spans) {
      const status = outcomes?.[at] === undefined ? undefined : statusIn(outcomes[at], order)
      if (status !== undefined) span?.set({ status })
      span?.end(error)
    }
    fold?.end(error)
  }
}

/** Begins the span of a dead letter, below the one that its record came with. */
export const beginLetter = (
  recorder: Spans.Recorder | undefined,
  itemId: ItemId,
  { attempt, correlationId, error, requestId }: DeadLetter,
  traceparent: string | undefined
): Spans.Span | undefined =>
  recorder?.begin("order dead letter", {
    kind: "producer",
    parent: traceparent,
    attributes: {
      correlation_id: correlationId,
      item_id: itemId,
      attempt,
      reason: error,
      ...(requestId === undefined ? {} : { request_id: requestId })
    }
  })

/** A question to the payment provider, as a span that goes with it: what is asked over HTTP carries its header. */
export const traced =
  (recorder: Spans.Recorder | undefined, name: string, order: ChargeRef) =>
  <A, E extends { readonly detail: string }, R>(effect: Effect.Effect<A, E, R>): Effect.Effect<A, E, R> =>
    recorder?.isWanted(order.traceparent) !== true ? effect : Effect.withSpan(explained(effect), name, {
      kind: "client",
      parent: Option.getOrUndefined(Propagation.parse(order.traceparent)),
      attributes: about(order)
    })

const explained = <A, E extends { readonly detail: string }, R>(effect: Effect.Effect<A, E, R>) =>
  Effect.tapError(effect, ({ detail }) => Effect.annotateCurrentSpan({ detail }))

/** What every span of an order says of it. */
export const about = ({ attempt, correlationId, itemId, requestId }: ChargeRef): Spans.Attributes => ({
  correlation_id: correlationId,
  request_id: requestId,
  item_id: itemId,
  attempt
})
