/** Records of orders and stock for tests of the processor, and what became of them. */
import { ItemStore } from "@flash-sale/domain/ports/ItemStore"
import { OrderLog } from "@flash-sale/domain/ports/OrderLog"
import { OrderStatuses } from "@flash-sale/domain/ports/OrderStatuses"
import { Command, CommandId } from "@flash-sale/domain/records/Command"
import { CorrelationId, ItemId, RequestId, UserId } from "@flash-sale/domain/records/Ids"
import * as LogRecord from "@flash-sale/domain/records/LogRecord"
import { home } from "@flash-sale/domain/records/Partition"
import { Effect } from "effect"

export const order = (requestId: string, itemId: string) =>
  LogRecord.encode(
    ItemId.make(itemId),
    Command.Place({
      order: {
        requestId: RequestId.make(requestId),
        userId: UserId.make("u-1"),
        itemId: ItemId.make(itemId),
        amount: 1
      },
      attempt: 1,
      acceptedAt: 0,
      correlationId: CorrelationId.make(`c-${requestId}`)
    })
  )

export const stock = (itemId: string, delta: number) =>
  LogRecord.encode(ItemId.make(itemId), Command.Adjust({ adjustment: { command: CommandId.make("stock"), delta } }))

export const statusOf = Effect.fnUntraced(function*(requestId: string) {
  const lookup = yield* (yield* OrderStatuses).read(RequestId.make(requestId))
  return lookup._tag === "Kept" ? lookup.record.status : undefined
})

export const counts = Effect.fnUntraced(function*(itemId: string) {
  const id = ItemId.make(itemId)
  const partition = home(id, yield* (yield* OrderLog).partitions)
  const { available, held, stocked, sold } = yield* (yield* ItemStore).read(partition, id)
  return { available, held, put: stocked, sold }
})
