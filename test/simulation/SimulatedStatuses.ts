/** The statuses in the store. */
import { OrderStatuses, type StatusLookup } from "@flash-sale/domain/ports/OrderStatuses"
import type { RequestId } from "@flash-sale/domain/records/Ids"
import type { StatusRecord } from "@flash-sale/domain/records/OrderStatus"
import { mayReplace } from "@flash-sale/domain/records/StatusRule"
import { Effect, Layer } from "effect"
import type { State } from "./StoreState.ts"
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
  const unused = (what: string) => () => Effect.die(new Error(`the processor does not ${what}`))

  const write = (status: StatusRecord) =>
    Effect.suspend(() => {
      const { statuses } = state.now()
      const current = statuses.get(status.requestId)
      if (current !== undefined && !mayReplace(current, status)) return Effect.void
      for (const what of told.note(current, status)) onWrong(what, status.requestId)
      state.change({ statuses: new Map(statuses).set(status.requestId, status) })
      return trace.note(`status ${describe(status)}`)
    })

  const lookUp = (requestId: RequestId): StatusLookup => {
    const record = state.now().statuses.get(requestId)
    return record === undefined ? { _tag: "Unknown" } : { _tag: "Kept", record }
  }

  return Layer.succeed(OrderStatuses, {
    admit: unused("admit"),
    confirm: unused("keep"),
    release: unused("release"),
    countRequest: unused("countRequest"),
    read: (requestId) => state.ask(() => Effect.sync(() => lookUp(requestId)), undefined, "read"),
    readAll: (ids) => state.ask(() => Effect.sync(() => ids.map(lookUp)), undefined, "read"),
    write: (written) => state.ask(() => Effect.forEach(written, write, { discard: true }))
  })
}
