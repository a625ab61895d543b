/** What the archive knows of an item, added up. */
import type { ItemSums } from "@flash-sale/domain/archive/Questions"
import type { ArchiveUnavailable } from "@flash-sale/domain/ports/Archive"
import type { ItemId } from "@flash-sale/domain/records/Ids"
import { Offset, PartitionId } from "@flash-sale/domain/records/Partition"
import { Effect, Schema } from "effect"
import * as LetterRow from "../rows/LetterRow.ts"
import * as SumRow from "../rows/SumRow.ts"
import * as Columns from "../sql/Columns.ts"
import { decoded } from "../sql/Decoded.ts"
import type { Session } from "../sql/Session.ts"

const REFUSED = "SELECT counts FROM archive_refused WHERE item_id = $1"

const DUE = `SELECT count(*) AS due FROM archive_entries AS letter
  WHERE item_id = $1 AND ${LetterRow.IS_REFUND_DUE} AND ${LetterRow.isOpen("letter")}`

const RETIRED = "SELECT until_millis FROM archive_retired WHERE item_id = $1"

/** The item's partition is that of what was told of it last. */
const READ_UP_TO = `SELECT told FROM archive_positions WHERE source = 'order-events' AND partition = coalesce(
    (SELECT partition FROM archive_orders WHERE item_id = $1 ORDER BY created_at DESC, n DESC LIMIT 1),
    (SELECT partition FROM archive_refused WHERE item_id = $1),
    (SELECT partition FROM archive_entries WHERE item_id = $1 AND by_name IS NOT NULL
      ORDER BY at DESC, n DESC LIMIT 1)
  )`

const readCounts = Schema.decodeUnknownSync(Schema.fromJsonString(Schema.Record(Schema.String, Schema.Int)))

export const of = (session: Session, itemId: ItemId): Effect.Effect<ItemSums, ArchiveUnavailable> =>
  Effect.gen(function*() {
    const orders = yield* session.all(SumRow.FIND, itemId)
    const [refused] = yield* session.all(REFUSED, itemId)
    const [due] = yield* session.all(DUE, itemId)
    const [retired] = yield* session.all(RETIRED, itemId)
    const [position] = yield* session.all(READ_UP_TO, itemId)
    return yield* decoded(() => ({
      orders: orders.map(SumRow.read),
      refused: refused === undefined ? undefined : readCounts(Columns.text(refused, "counts")),
      refundsDue: Columns.integer(due ?? {}, "due"),
      retiredUntil: retired === undefined ? undefined : Columns.time(retired, "until_millis"),
      readUpTo: position === undefined ? undefined : Columns.optionalInteger(position, "told")
    }))
  })

export const told = (session: Session): Effect.Effect<ReadonlyMap<PartitionId, Offset>, ArchiveUnavailable> =>
  Effect.flatMap(
    session.all("SELECT partition, told FROM archive_positions WHERE source = 'order-events' AND told IS NOT NULL"),
    (rows) =>
      decoded(() =>
        new Map(rows.map((row) => [
          PartitionId.make(Columns.integer(row, "partition")),
          Offset.make(Columns.integer(row, "told"))
        ]))
      )
  )
