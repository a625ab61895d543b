/** The ports of the archive over a database of any kind. */
import { Archive, ArchiveUnavailable, ArchiveWriter, none } from "@flash-sale/domain/ports/Archive"
import { Context, Effect, Layer } from "effect"
import * as Histories from "./reading/Histories.ts"
import * as Orders from "./reading/Orders.ts"
import * as Sums from "./reading/Sums.ts"
import type { ArchiveDatabase } from "./sql/Session.ts"
import * as Webhooks from "./webhooks/WebhookAdapters.ts"
import * as Events from "./writing/Events.ts"
import * as Gaps from "./writing/Gaps.ts"
import * as Letters from "./writing/Letters.ts"
import * as Positions from "./writing/Positions.ts"
import * as Replacement from "./writing/Replacement.ts"
import * as Retirement from "./writing/Retirement.ts"
import * as Unexplained from "./writing/Unexplained.ts"

const writerOf = (database: ArchiveDatabase): ArchiveWriter["Service"] => ({
  record: (batch) =>
    database.write((session) =>
      Effect.gen(function*() {
        yield* Events.take(session, batch.partition, batch.events)
        yield* Letters.take(session, batch)
        yield* Gaps.note(session, batch)
        yield* Positions.move(session, batch)
      })
    ),
  // The tables are made where there are none: an archive is filled from its beginning.
  position: (source, partition) => Effect.andThen(database.ready, Positions.find(database.session, source, partition)),
  add: (...args) => database.write((session) => Replacement.add(session, ...args)),
  shorten: (partition, end) => database.write((session) => Gaps.shorten(session, partition, end)),
  rebuilt: (partition, until) => database.write((session) => Gaps.fill(session, partition, until)),
  deleteUnexplained: (...args) => Unexplained.remove(database, ...args),
  newest: Retirement.newest(database.session),
  retire: (before, limit) => database.write((session) => Retirement.retire(session, before, limit))
})

const archiveOf = ({ session, snapshot }: ArchiveDatabase): Archive["Service"] => ({
  find: (requestId, userId) => Orders.find(session, requestId, userId),
  orders: (...args) => Orders.list(session, ...args),
  history: (...args) => Histories.history(session, ...args),
  audit: (...args) => Histories.audit(session, ...args),
  sums: (itemId) => snapshot((opened) => Sums.of(opened, itemId)),
  told: Sums.told(session),
  gaps: Gaps.read(session),
  isUp: Effect.isSuccess(session.all("SELECT 1 AS up"))
})

export type Ports = Archive | ArchiveWriter | Webhooks.WebhookPorts

/** The ports over one database. */
export const portsOf = (database: ArchiveDatabase): Context.Context<Ports> =>
  Context.make(Archive, archiveOf(database)).pipe(
    Context.add(ArchiveWriter, writerOf(database)),
    Context.merge(Webhooks.portsOf(database))
  )

const nowhere = () => Effect.fail(new ArchiveUnavailable({ detail: "there is no archive" }))

/** Where no archive is configured. */
export const layerNone: Layer.Layer<Ports> = Layer.succeedContext(
  Context.make(Archive, none).pipe(
    Context.add(ArchiveWriter, {
      record: nowhere,
      position: nowhere,
      add: nowhere,
      shorten: nowhere,
      rebuilt: nowhere,
      deleteUnexplained: nowhere,
      newest: nowhere(),
      retire: nowhere
    }),
    Context.merge(Webhooks.portsNowhere)
  )
)
