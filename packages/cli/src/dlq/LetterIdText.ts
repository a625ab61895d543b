/** The id of a letter as operators type it: the position of its record in `orders`, such as `3-1742`. */
import type { LetterId } from "@flash-sale/domain/ports/DeadLetters"
import { Offset, PartitionId } from "@flash-sale/domain/records/Partition"
import { type Option, Schema } from "effect"

const TEXT = /^(\d{1,4})-(\d{1,16})$/

const decode = Schema.decodeUnknownOption(Schema.Struct({ partition: PartitionId, offset: Offset }))

export const show = ({ offset, partition }: LetterId): string => `${partition}-${offset}`

export const read = (text: string): Option.Option<LetterId> => {
  const [, partition, offset] = TEXT.exec(text) ?? []
  return decode({ partition: Number(partition), offset: Number(offset) })
}
