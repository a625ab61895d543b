/** Brings the tables of an archive to the version that this build writes. */
import { ArchiveUnavailable } from "@flash-sale/domain/ports/Archive"
import { Effect } from "effect"
import { integer } from "../sql/Columns.ts"
import type { Dialect, Session } from "../sql/Session.ts"
import { STEPS } from "./Tables.ts"

/** The version of the tables that this build writes. */
export const LATEST = STEPS.length

const isThere = (tables: string): string => `SELECT count(*) AS n FROM (${tables}) AS found`

/** Fails where the tables are of a later version. */
const refuseNewer = (version: number): Effect.Effect<number, ArchiveUnavailable> =>
  version <= LATEST ? Effect.succeed(version) : new ArchiveUnavailable({
    detail: `its tables are of version ${version}, and this build knows versions up to ${LATEST}: use a newer build`
  })

/** The version of the tables, whatever it is: 0 where there are none. `tables` selects the table of versions. */
export const versionFound = (session: Session, tables: string): Effect.Effect<number, ArchiveUnavailable> =>
  Effect.gen(function*() {
    const [found] = yield* session.all(isThere(tables))
    if (integer(found ?? {}, "n") === 0) return 0
    const [row] = yield* session.all("SELECT version FROM archive_version")
    return row === undefined ? 0 : integer(row, "version")
  })

/** The version of tables that this build knows: 0 where there are none. */
export const versionOf = (session: Session, tables: string): Effect.Effect<number, ArchiveUnavailable> =>
  Effect.flatMap(versionFound(session, tables), refuseNewer)

/** Migrates where the tables are of another version: who finds them as they should be waits for nobody who writes. */
export const whereNeeded = <E>(
  version: Effect.Effect<number, E>,
  migration: Effect.Effect<void, E>
): Effect.Effect<void, E> => Effect.flatMap(version, (found) => found === LATEST ? Effect.void : migration)

/** In a transaction of the only one who writes. Changes nothing where the tables are of a later version. */
export const migrate = (
  session: Session,
  dialect: Dialect,
  tables: string
): Effect.Effect<void, ArchiveUnavailable> =>
  Effect.gen(function*() {
    const version = yield* versionOf(session, tables)
    if (version === LATEST) return
    if (version === 0) yield* session.all(`CREATE TABLE archive_version(version ${dialect.integer} NOT NULL)`)
    for (const statement of STEPS.slice(version).flatMap((step) => step(dialect))) yield* session.all(statement)
    yield* session.all(
      version === 0 ? "INSERT INTO archive_version VALUES ($1)" : "UPDATE archive_version SET version = $1",
      LATEST
    )
  })
