/** The statuses in the store. */
import { OrderStatuses, type StatusLookup } from "@flash-sale/domain/ports/OrderStatuses"
import type { RequestId } from "@flash-sale/domain/records/Ids"
import type { StatusRecord } from "@flash-sale/domain/records/OrderStatus"
import { mayReplace } from "@flash-sale/domain/records/StatusRule"
import { Effect, Layer } from "effect"
import * as SimulatedClaims from "./SimulatedClaims.ts"
import { type State, without } from "./StoreState.ts"
import type { Told } from "./Told.ts"
import type { Trace } from "./Trace.ts"

/** For a line of the trace. */
const describe = ({ attempt, confirmed, expiresAt, refund, refundDue = [], requestId, status }: StatusRecord): string =>
  [
    requestId,
    status,
    `attempt ${attempt}`,
    confirmed === true ? "confirmed" : "",
    expiresAt === undefined ? "" : `until ${expiresAt}`,
    refund === undefined ? "" : `refund ${refund}`,
    refundDue.length === 0 ? "" : `due ${refundDue.map(({ reference }) => reference).join()}`
  ].filter((words) => words !== "").join(", ")

/** `onWrong` gets what was told of an order that may not follow what was told of it before. */
export const layer = (
  state: State,
  trace: Trace,
  told: Told,
  onWrong: (what: string, requestId: string) => void
) => {
  const claims = SimulatedClaims.make(state)

  const write = Effect.fnUntraced(function*(status: StatusRecord) {
    const { requestId } = status
    const { leases, statuses } = state.now()
    const current = statuses.get(requestId)
    const lease = yield* claims.find(requestId)
    const there = current ?? lease?.record
    if (there !== undefined && !mayReplace(there, status, current === undefined)) return
    for (const what of told.note(current, status)) onWrong(what, requestId)
    state.change({ statuses: new Map(statuses).set(requestId, status), leases: without(leases, [requestId]) })
    yield* trace.note(`status ${describe(status)}`)
  })

  const lookUp = Effect.fnUntraced(function*(requestId: RequestId): Effect.fn.Return<StatusLookup> {
    const record = state.now().statuses.get(requestId)
    if (record !== undefined) return { _tag: "Kept", record }
    const lease = yield* claims.find(requestId)
    return lease === undefined
      ? { _tag: "Unknown" }
      : { _tag: "Leased", fingerprint: lease.record.fingerprint }
  })

  return Layer.succeed(OrderStatuses, {
    admit: (requests, policy) => state.ask(() => Effect.forEach(requests, (request) => claims.admit(request, policy))),
    confirm: (all) => state.ask(() => Effect.forEach(all, claims.confirm, { discard: true })),
    release: (all) => state.ask(() => Effect.forEach(all, claims.release, { discard: true })),
    // Nobody is over a limit in the simulation.
    countRequest: (_, { maxRequests }) =>
      state.ask(() => Effect.succeed({ allowed: true, remaining: maxRequests, retryAfterMillis: 0 })),
    read: (requestId) => state.ask(() => lookUp(requestId), undefined, "read"),
    readAll: (ids) => state.ask(() => Effect.forEach(ids, lookUp), undefined, "read"),
    write: (written) => state.ask(() => Effect.forEach(written, write, { discard: true }))
  })
}
