/** The rows of replays. */
import type { ArchiveUnavailable } from "@flash-sale/domain/ports/Archive"
import { EndpointName } from "@flash-sale/domain/webhooks/Endpoint"
import type { ActiveReplay } from "@flash-sale/domain/webhooks/Sending"
import type { Replayed, ReplayStanding } from "@flash-sale/domain/webhooks/Standing"
import { Effect, Schema } from "effect"
import * as Columns from "../sql/Columns.ts"
import { decoded } from "../sql/Decoded.ts"
import type { Row, Session } from "../sql/Session.ts"
import * as DeliveryRows from "./DeliveryRows.ts"

const readIds = Schema.decodeUnknownSync(Schema.fromJsonString(Schema.Array(Schema.String)))

const replayedOf = (row: Row): Replayed => {
  switch (Columns.text(row, "kind")) {
    case "ids":
      return { _tag: "Ids", ids: readIds(Columns.text(row, "ids")) }
    case "dead":
      return { _tag: "Dead" }
    default:
      return { _tag: "Times", from: Columns.integer(row, "from_at"), until: Columns.integer(row, "until_at") }
  }
}

export const readActive = (row: Row): ActiveReplay => ({
  id: Columns.integer(row, "n"),
  replayed: replayedOf(row),
  cursor: Columns.integer(row, "cursor"),
  last: Columns.integer(row, "last")
})

export const readStanding = (row: Row): ReplayStanding => ({
  id: Columns.integer(row, "n"),
  endpoint: EndpointName.make(Columns.text(row, "endpoint")),
  replayed: replayedOf(row),
  by: Columns.text(row, "by_name"),
  reason: Columns.optionalText(row, "reason"),
  askedAt: Columns.integer(row, "asked_at"),
  doneAt: Columns.optionalInteger(row, "done_at"),
  sent: Columns.integer(row, "sent")
})

/** Where a replay begins and ends: before the first entry, or dead delivery, and at the last. */
const BOUNDS = {
  entries: "SELECT coalesce(min(n), 1) - 1 AS before, coalesce(max(n), 0) AS last FROM archive_entries",
  dead: `SELECT coalesce(min(n), 1) - 1 AS before, coalesce(max(n), 0) AS last FROM webhook_deliveries
    WHERE endpoint = $1 AND state = '${DeliveryRows.DEAD}'`
}

const INSERT = `INSERT INTO webhook_replays(
    endpoint, kind, ids, from_at, until_at, cursor, last, sent, by_name, reason, asked_at, asked_key
  ) VALUES ($1, $2, $3, $4, $5, $6, $7, 0, $8, $9, $10, $11) RETURNING n`

/** The replay that was asked for under this key; undefined where there is none. */
export const findByKey = (session: Session, key: string): Effect.Effect<number | undefined, ArchiveUnavailable> =>
  Effect.flatMap(
    session.all("SELECT n FROM webhook_replays WHERE asked_key = $1", key),
    ([row]) => decoded(() => row === undefined ? undefined : Columns.integer(row, "n"))
  )

const KINDS = { Ids: "ids", Dead: "dead", Times: "times" } as const

export const insert = (
  session: Session,
  endpoint: string,
  replayed: Replayed,
  { by, reason }: { readonly by: string; readonly reason?: string | undefined },
  now: number,
  key: string | undefined
): Effect.Effect<number, ArchiveUnavailable> =>
  Effect.gen(function*() {
    const [bounds] = replayed._tag === "Dead"
      ? yield* session.all(BOUNDS.dead, endpoint)
      : yield* session.all(BOUNDS.entries)
    const times = replayed._tag === "Times" ? replayed : undefined
    const [row] = yield* session.all(
      INSERT,
      endpoint,
      KINDS[replayed._tag],
      JSON.stringify(replayed._tag === "Ids" ? replayed.ids : []),
      times?.from ?? null,
      times?.until ?? null,
      yield* decoded(() => Columns.integer(bounds!, "before")),
      yield* decoded(() => Columns.integer(bounds!, "last")),
      Columns.storable(by),
      reason === undefined ? null : Columns.storable(reason),
      now,
      key ?? null
    )
    return yield* decoded(() => Columns.integer(row!, "n"))
  })
