/** The statuses in the store. */
import { OrderStatuses } from "@flash-sale/domain/ports/OrderStatuses"
import { isFinal, type StatusRecord } from "@flash-sale/domain/records/OrderStatus"
import { mayReplace } from "@flash-sale/domain/records/StatusRule"
import { Effect, Layer } from "effect"
import type { State } from "./StoreState.ts"
import type { Trace } from "./Trace.ts"

/** `onChanged` gets each order that had two final statuses. */
export const layer = (state: State, trace: Trace, onChanged: (what: string, requestId: string) => void) => {
  const unused = (what: string) => () => Effect.die(new Error(`the processor does not ${what}`))

  const write = (status: StatusRecord) =>
    Effect.suspend(() => {
      const { statuses } = state.now()
      const current = statuses.get(status.requestId)
      if (current !== undefined && !mayReplace(current, status)) return Effect.void
      const isChange = current?.attempt === status.attempt && current.status !== status.status
      if (current !== undefined && isFinal(current.status) && isChange) {
        onChanged(`${status.requestId} was ${current.status} and became ${status.status}`, status.requestId)
      }
      state.change({ statuses: new Map(statuses).set(status.requestId, status) })
      return trace.note(`status ${status.requestId} ${status.status}, attempt ${status.attempt}`)
    })

  return Layer.succeed(OrderStatuses, {
    admit: unused("admit"),
    countRequest: unused("countRequest"),
    confirm: unused("keep"),
    release: unused("release"),
    read: unused("read"),
    readAll: unused("readAll"),
    write: (written) => state.ask(() => Effect.forEach(written, write, { discard: true }))
  })
}
