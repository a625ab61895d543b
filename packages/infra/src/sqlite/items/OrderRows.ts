/** What the rows of an item say of one request id. */
import type { OrderKnown } from "@flash-sale/domain/ports/ItemReads"
import type { ItemId, RequestId } from "@flash-sale/domain/records/Ids"
import { NOTHING_FOLDED, type PartitionId } from "@flash-sale/domain/records/Partition"
import * as Fold from "@flash-sale/domain/rules/Fold"
import * as Outcome from "@flash-sale/domain/rules/Outcome"
import { HashMap, Option } from "effect"
import type { Connection } from "../database/Connection.ts"
import * as ItemHead from "./ItemHead.ts"
import * as ItemLoad from "./ItemLoad.ts"
import * as MarkRows from "./MarkRows.ts"

export const read = (
  connection: Connection,
  partition: PartitionId,
  itemId: ItemId,
  requestId: RequestId
): OrderKnown => {
  const head = ItemHead.find(connection, itemId)
  const known = head === undefined ? Fold.nothing.item : ItemLoad.ofOrder(connection, head, requestId)
  return {
    position: head?.position ?? NOTHING_FOLDED,
    isComplete: MarkRows.read(connection, partition) !== undefined,
    order: Option.getOrUndefined(HashMap.get(known.orders, requestId)),
    ...Outcome.keptOf(known, requestId)
  }
}
