/** Looks at the archive once, also beside whoever fills it. Makes no table and changes nothing. */
import type { ArchiveUnavailable } from "@flash-sale/domain/ports/Archive"
import { Effect, Redacted } from "effect"
import * as Reactivity from "effect/reactivity/Reactivity"
import { existsSync } from "node:fs"
import { join } from "node:path"
import type { ArchiveFacts, ArchiveFound } from "../facts/ArchiveFacts.ts"
import * as Looked from "../facts/Looked.ts"
import * as ReadOnlyFile from "../sqlite/facts/ReadOnlyFile.ts"
import * as DataFolder from "../sqlite/folder/DataFolder.ts"
import * as ArchiveFile from "./databases/ArchiveFile.ts"
import * as FileCaller from "./databases/FileCaller.ts"
import { DIALECT } from "./databases/FileDialect.ts"
import { failed, sessionOf } from "./databases/FileSession.ts"
import * as PostgresDatabase from "./databases/PostgresDatabase.ts"
import * as Sums from "./reading/Sums.ts"
import type { Dialect, Session } from "./sql/Session.ts"
import * as Migration from "./tables/Migration.ts"
import * as Counts from "./webhooks/Counts.ts"
import * as Gaps from "./writing/Gaps.ts"

/** What nothing is known of but why. */
const nothing = (place: string, why: { readonly why: string }): ArchiveFacts => ({
  place,
  tables: why,
  told: why,
  gaps: why,
  endpoints: why
})

const facts = (place: string, session: Session, versions: string, dialect: Dialect): Effect.Effect<ArchiveFacts> =>
  Effect.gen(function*() {
    const version = yield* Looked.at(Migration.versionFound(session, versions))
    const tables = Looked.map(version, (found) => ({ version: found, latest: Migration.LATEST }))
    if ("why" in version) return nothing(place, version)
    const at = <A>(question: Effect.Effect<A, ArchiveUnavailable>) =>
      version.found === Migration.LATEST
        ? Looked.at(question)
        : Effect.succeed(Looked.notLooked("its tables cannot be read"))
    return {
      place,
      tables,
      told: yield* at(Sums.told(session)),
      gaps: yield* at(Gaps.read(session)),
      endpoints: yield* at(Counts.standings(session, dialect))
    }
  })

/** Nothing of a URL but this may be shown. */
const placeOf = (url: Redacted.Redacted): string => {
  const { host, pathname } = new URL(Redacted.value(url))
  return `${host}${pathname}`
}

/** In PostgreSQL. */
export const atUrl = (url: Redacted.Redacted, ca?: string): Effect.Effect<ArchiveFound> =>
  Effect.flatMap(
    PostgresDatabase.sessionAt(url, ca),
    (session) => facts(placeOf(url), session, PostgresDatabase.VERSIONS, PostgresDatabase.DIALECT)
  ).pipe(Effect.scoped, Effect.provide(Reactivity.layer))

/** In the file of an engine's folder. */
export const inFolder = (folder: string): Effect.Effect<ArchiveFound> =>
  Effect.gen(function*() {
    const place = join(DataFolder.pathOf(folder), ArchiveFile.FILE_NAME)
    if (!existsSync(place)) return undefined
    const opened = yield* Looked.at(
      Effect.acquireRelease(
        Effect.catch(
          FileCaller.attempt(() => ReadOnlyFile.open(place)),
          failed
        ),
        (connection) => Effect.sync(connection.close)
      )
    )
    if ("why" in opened) return nothing(place, opened)
    return yield* facts(
      place,
      sessionOf(FileCaller.here({ connection: opened.found, requireThere: () => undefined })),
      ArchiveFile.VERSIONS,
      DIALECT
    )
  }).pipe(Effect.scoped)
