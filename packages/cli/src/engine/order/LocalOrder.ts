/** An order of the engine whose stores the command reaches. */
import { OrderStatuses } from "@flash-sale/domain/ports/OrderStatuses"
import type { RequestId } from "@flash-sale/domain/records/Ids"
import { StatusRecord } from "@flash-sale/domain/records/OrderStatus"
import { Effect, Schema, Struct } from "effect"
import * as CommandFailed from "../../terminal/CommandFailed.ts"
import * as Target from "../../terminal/Target.ts"

const encode = Schema.encodeSync(StatusRecord)

/** Without fingerprint and offset (`place`), which are the engine's own. */
export const shown = (record: StatusRecord): object => Struct.omit(encode(record), ["fingerprint", "place"])

export const order = Effect.fnUntraced(function*(requestId: RequestId) {
  const statuses = yield* OrderStatuses
  const found = yield* Target.bounded(statuses.read(requestId))
  switch (found._tag) {
    case "Unknown":
      return yield* CommandFailed.failed(
        `order ${JSON.stringify(requestId)} is not known: it never came, or its final status has expired`
      )
    case "Leased":
      return yield* CommandFailed.failed(
        `order ${JSON.stringify(requestId)} is being placed: ask again, its outcome is not known yet`
      )
    case "Kept":
      return shown(found.record)
  }
})
