/**
 * The id of a letter as operators type it: the position of its record in the log, such as `3-1742`, and before it the
 * topic where that was the log once: `orders/3-1742`.
 */
import type { LetterId } from "@flash-sale/domain/ports/DeadLetters"
import { Offset, PartitionId } from "@flash-sale/domain/records/Partition"
import { type Option, Schema } from "effect"

const TEXT = /^(?:([\w.-]{1,249})\/)?(\d{1,4})-(\d{1,16})$/

const decode = Schema.decodeUnknownOption(
  Schema.Struct({ topic: Schema.optionalKey(Schema.String), partition: PartitionId, offset: Offset })
)

export const show = ({ offset, partition, topic }: LetterId): string =>
  topic === undefined ? `${partition}-${offset}` : `${topic}/${partition}-${offset}`

export const read = (text: string): Option.Option<LetterId> => {
  const [, topic, partition, offset] = TEXT.exec(text) ?? []
  return decode({ ...(topic === undefined ? {} : { topic }), partition: Number(partition), offset: Number(offset) })
}
