/** Making commands, fold requests and marks, with defaults for all that a test does not care about. */
import type { FoldRequest } from "@flash-sale/domain/ports/ItemStore"
import { RecoveryMarks } from "@flash-sale/domain/ports/RecoveryMarks"
import type { Adjustment, SalePatch, Settlement } from "@flash-sale/domain/records/Command"
import { Command, CommandId, type LoggedCommand } from "@flash-sale/domain/records/Command"
import { CorrelationId, ItemId, RequestId, UserId } from "@flash-sale/domain/records/Ids"
import { PartitionId } from "@flash-sale/domain/records/Partition"
import { Effect } from "effect"

let made = 0
let partitions = 0

/** A number that nothing else in this test file got. */
export const next = (): number => ++made

/** An item in a partition of its own, so that tests that share a store do not meet. */
export const freshItem = (): { readonly itemId: ItemId; readonly partition: PartitionId } => {
  partitions++
  return { itemId: ItemId.make(`item-${next()}`), partition: PartitionId.make(partitions) }
}

export const requestId = (text: string): RequestId => RequestId.make(text)

/** The request that folds these commands: without an epoch, an expected position, or records that were published. */
export const request = (
  item: { readonly itemId: ItemId; readonly partition: PartitionId },
  commands: ReadonlyArray<LoggedCommand>,
  rest?: Partial<FoldRequest>
): FoldRequest => ({
  ...item,
  epoch: undefined,
  emitEvents: false,
  expected: undefined,
  published: [],
  commands,
  ...rest
})

/** Begins and ends a recovery of the partition. */
export const marked = (partition: PartitionId, checkpoint: number, epoch = "one") =>
  Effect.flatMap(
    RecoveryMarks,
    (marks) => Effect.andThen(marks.begin(partition, epoch), marks.complete(partition, { epoch, checkpoint }))
  )

export const place = (
  offset: number,
  itemId: ItemId,
  request: string,
  rest?: { readonly user?: string; readonly amount?: number; readonly attempt?: number; readonly acceptedAt?: number }
): LoggedCommand => ({
  offset,
  command: Command.Place({
    order: {
      requestId: requestId(request),
      userId: UserId.make(rest?.user ?? "u-1"),
      itemId,
      amount: rest?.amount ?? 1
    },
    attempt: rest?.attempt ?? 1,
    acceptedAt: rest?.acceptedAt ?? 0,
    correlationId: CorrelationId.make("contract")
  })
})

export const settle = (
  offset: number,
  ...settlements: ReadonlyArray<readonly [request: string, outcome: Settlement["outcome"], attempt?: number]>
): LoggedCommand => ({
  offset,
  command: Command.Settle({
    settlements: settlements.map(([request, outcome, attempt]) => ({
      requestId: requestId(request),
      attempt: attempt ?? 1,
      outcome
    }))
  })
})

export const cancel = (offset: number, request: string, attempt = 1): LoggedCommand => ({
  offset,
  command: Command.Cancel({ requestId: requestId(request), attempt })
})

export const adjust = (offset: number, adjustment: Adjustment): LoggedCommand => ({
  offset,
  command: Command.Adjust({ adjustment })
})

/** Puts units in by an operator's command of a name of its own. */
export const stock = (offset: number, delta: number): LoggedCommand =>
  adjust(offset, { command: CommandId.make(`stock-${next()}`), delta })

/** The same record for another item. */
export const renamed = (itemId: ItemId) => ({ command, offset }: LoggedCommand): LoggedCommand => {
  if (command._tag === "Place") return { offset, command: { ...command, order: { ...command.order, itemId } } }
  if (command._tag === "Hold") return { offset, command: { ...command, order: { ...command.order, itemId } } }
  return { offset, command }
}

export const sale = (offset: number, patch: SalePatch): LoggedCommand => ({ offset, command: Command.Sale({ patch }) })

export const rules = (offset: number, version: number): LoggedCommand => ({
  offset,
  command: Command.Rules({ version })
})

export const unreadable = (offset: number, request?: string): LoggedCommand => ({
  offset,
  command: Command.Unreadable({
    detail: "not an order",
    attempt: 1,
    ...(request === undefined ? {} : { requestId: requestId(request) })
  })
})
