/** Claims on request ids: leased to a gateway until its order is in the log, or the lease is over. */
import type { Admission, AdmissionPolicy, AdmissionRequest, Claim } from "@flash-sale/domain/ports/OrderStatuses"
import type { RequestId } from "@flash-sale/domain/records/Ids"
import type { StatusRecord } from "@flash-sale/domain/records/OrderStatus"
import * as Monotonic from "@flash-sale/infra/time/Monotonic"
import { Effect } from "effect"
import { type State, without } from "./StoreState.ts"

/** A claim: the status that it becomes, and how long it holds, in milliseconds since the world began. */
export interface Lease {
  readonly owner: string
  readonly record: StatusRecord
  readonly until: number
}

const recordOf = ({ amount, correlationId, fingerprint, itemId, requestId }: AdmissionRequest): StatusRecord => ({
  requestId,
  itemId,
  amount,
  status: "PENDING",
  attempt: 1,
  correlationId,
  updatedAt: "",
  fingerprint
})

export const make = (state: State) => {
  /** The claim on the id that holds now; undefined where there is none. */
  const find = (requestId: RequestId): Effect.Effect<Lease | undefined> =>
    Effect.map(Monotonic.now, (now) => {
      const lease = state.now().leases.get(requestId)
      return lease === undefined || lease.until <= now ? undefined : lease
    })

  const remove = ({ owner, requestId }: Claim): boolean => {
    const { leases } = state.now()
    if (leases.get(requestId)?.owner !== owner) return false
    state.change({ leases: without(leases, [requestId]) })
    return true
  }

  const admit = (request: AdmissionRequest, { leaseMillis, maxRequests, owner }: AdmissionPolicy) =>
    Effect.gen(function*(): Effect.fn.Return<Admission> {
      const { fingerprint, requestId } = request
      const record = state.now().statuses.get(requestId)
      if (record !== undefined) return { _tag: "Known", same: record.fingerprint === fingerprint, record }
      const lease = yield* find(requestId)
      if (lease !== undefined) return { _tag: "Leased", same: lease.record.fingerprint === fingerprint }
      const until = (yield* Monotonic.now) + leaseMillis
      const { leases } = state.now()
      state.change({ leases: new Map(leases).set(requestId, { owner, record: recordOf(request), until }) })
      return { _tag: "Claimed", remaining: maxRequests }
    })

  const confirm = (claim: Claim) =>
    Effect.map(find(claim.requestId), (lease) => {
      if (lease?.owner !== claim.owner || !remove(claim)) return
      state.change({ statuses: new Map(state.now().statuses).set(claim.requestId, lease.record) })
    })

  return { find, admit, confirm, release: (claim: Claim) => Effect.sync(() => void remove(claim)) }
}
