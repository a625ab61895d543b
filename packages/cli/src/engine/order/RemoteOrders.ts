/** Orders through the admin API. */
import { Effect } from "effect"
import type * as CommandFailed from "../../terminal/CommandFailed.ts"
import * as Remote from "../../terminal/Remote.ts"
import type { RemoteCall } from "../RemoteCall.ts"
import type { Asked, Changed, Meant } from "./OrderView.ts"
import * as OrderWords from "./OrderWords.ts"

/** Who has a change take effect, as far as can be said from here. */
const WHEN = "a processor runs"

/** A change that is sent again, as its answer was lost, is the same change. */
const send = ({ changeOnce, client }: RemoteCall, { itemId, requestId }: Meant, asked: Asked, reason: string) => {
  const params = { request_id: requestId }
  const named = { reason, ...(itemId === undefined ? {} : { item_id: itemId }) }
  if (asked._tag === "Cancel") {
    return changeOnce(() =>
      client.orderChanges.cancel({ params, payload: named }).pipe(
        Effect.catchTags({
          OrderChangeConflict: (error) => Effect.succeed(error),
          UnknownOrder: (error) => Effect.succeed(error)
        })
      )
    )
  }
  const payload = {
    ...named,
    restock: asked.restock,
    ...(asked.byHand === undefined ? {} : { by_hand: { reference: asked.byHand } })
  }
  return changeOnce((key) =>
    client.orderChanges.refund({ params, headers: { "idempotency-key": key }, payload }).pipe(
      Effect.catchTags({
        OrderChangeConflict: (error) => Effect.succeed(error),
        UnknownOrder: (error) => Effect.succeed(error)
      })
    )
  )
}

export const change = (call: RemoteCall) =>
  Effect.fnUntraced(function*(
    order: Meant,
    asked: Asked,
    author: Remote.Author
  ): Effect.fn.Return<Changed, CommandFailed.CommandFailed> {
    const answer = yield* send(call, order, asked, yield* Remote.reasonOf(author))
    if ("_tag" in answer) {
      return yield* answer._tag === "UnknownOrder"
        ? OrderWords.unknown(order)
        : OrderWords.conflict(order, answer.code, answer.order_status)
    }
    const named = { requestId: answer.request_id, itemId: answer.item_id, attempt: answer.attempt }
    if ("status" in answer) return { _tag: "Recorded", ...named, position: answer.position, when: WHEN }
    return {
      _tag: "Counts",
      ...named,
      status: answer.order_status,
      waits: !answer.done,
      restock: answer.restock,
      isRepeated: answer.repeated === true,
      position: answer.position
    }
  })
