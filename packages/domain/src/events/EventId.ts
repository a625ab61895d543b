/**
 * The ids of events. One step of one attempt has one id, however often it is told: by a worker that reads its record
 * again, by a rebuild, or by another build. Consumers tell repetitions by it.
 */
import type { Adjustment } from "../records/Command.ts"
import type { ItemId } from "../records/Ids.ts"
import { Offset, PartitionId } from "../records/Partition.ts"

/** How far an order is within its attempt, as `OrderStatus.step` counts: 1 held, 2 confirmed, 3 final, 4 refunded. */
export type Step = 1 | 2 | 3 | 4

/** What an order's event is about: a step of the attempt that the record at this place of the log has placed. */
export interface StepId {
  readonly partition: PartitionId
  readonly placedAtOffset: Offset
  readonly step: Step
}

const STEP = /^(\d{1,4})-(\d{1,16})-([1-4])$/

export const ofStep = ({ partition, placedAtOffset, step }: StepId): string => `${partition}-${placedAtOffset}-${step}`

/** The step that an id names; undefined where it is the id of another kind of event. */
export const stepOf = (id: string): StepId | undefined => {
  const [, partition, placedAtOffset, step] = STEP.exec(id) ?? []
  if (partition === undefined) return undefined
  return {
    partition: PartitionId.make(Number(partition)),
    placedAtOffset: Offset.make(Number(placedAtOffset)),
    step: Number(step) as Step
  }
}

/** What a person has asked for, and the payment provider does first. */
export type Asked = "cancel_requested" | "refund_requested"

/** What a person has asked for of the attempt that the record at this place of the log has placed: each once. */
export interface AskedId extends Omit<StepId, "step"> {
  readonly asked: Asked
}

const ASKED = /^(\d{1,4})-(\d{1,16})-(cancel_requested|refund_requested)$/

export const ofAsked = ({ asked, partition, placedAtOffset }: AskedId): string =>
  `${partition}-${placedAtOffset}-${asked}`

/** What the id says was asked for; undefined where it is the id of another kind of event. */
export const askedOf = (id: string): AskedId | undefined => {
  const [, partition, placedAtOffset, asked] = ASKED.exec(id) ?? []
  if (partition === undefined) return undefined
  return {
    partition: PartitionId.make(Number(partition)),
    placedAtOffset: Offset.make(Number(placedAtOffset)),
    asked: asked as Asked
  }
}

/** Of a payment that came without an order to be for: the offset is that of the record that told of it. */
export const ofRefundDue = (partition: PartitionId, offset: number): string => `${partition}-${offset}-due`

/** Of a change of stock: by the number of the edit, or by the name of the command. An item id holds no `:`. */
export const ofAdjustment = (itemId: ItemId, adjustment: Adjustment): string =>
  "seq" in adjustment ? `${itemId}:seq:${adjustment.seq}` : `${itemId}:command:${adjustment.command}`

/** Of a change of the sale's settings, by the offset of its record. */
export const ofSale = (partition: PartitionId, offset: number): string => `${partition}-${offset}-sale`

/** Of a count of orders turned away, as it was after the record at the offset. */
export const ofRefused = (partition: PartitionId, itemId: ItemId, offset: number): string =>
  `${partition}-${offset}-refused:${itemId}`

/** Of a mark that says how far everything is told: up to the record before `next`. */
export const ofPosition = (partition: PartitionId, next: number): string => `${partition}-${next}-position`
