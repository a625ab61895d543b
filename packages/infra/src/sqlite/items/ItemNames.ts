/** The names of a partition's items, in their alphabetical order, a page after the other. */
import { NamesCursor, type NamesPage } from "@flash-sale/domain/ports/ItemReads"
import { ItemId } from "@flash-sale/domain/records/Ids"
import type { PartitionId } from "@flash-sale/domain/records/Partition"
import { type Connection, text } from "../database/Connection.ts"

/** One more than is asked for, which says whether there are others. */
const AFTER = "SELECT name FROM items WHERE partition = ? AND name > ? ORDER BY name LIMIT ?"

export const read = (
  connection: Connection,
  partition: PartitionId,
  from: NamesCursor | undefined,
  limit: number
): NamesPage => {
  const after = from === undefined ? "" : from.slice(from.indexOf(":") + 1)
  const names = connection.all(AFTER, partition, after, limit + 1).map((row) => ItemId.make(text(row, "name")))
  const itemIds = names.slice(0, limit)
  return { itemIds, next: names.length > limit ? NamesCursor.make(`0:${itemIds.at(-1)}`) : undefined }
}
