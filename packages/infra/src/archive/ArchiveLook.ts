/** Looks at the archive once, also beside whoever fills it. Makes no table and changes nothing. */
import { Effect, Redacted } from "effect"
import * as Reactivity from "effect/reactivity/Reactivity"
import { existsSync } from "node:fs"
import { join } from "node:path"
import type { ArchiveFacts, ArchiveFound } from "../facts/ArchiveFacts.ts"
import * as Looked from "../facts/Looked.ts"
import * as ReadOnlyFile from "../sqlite/facts/ReadOnlyFile.ts"
import * as DataFolder from "../sqlite/folder/DataFolder.ts"
import * as ArchiveFile from "./databases/ArchiveFile.ts"
import { attempt, sessionOf } from "./databases/FileSession.ts"
import * as PostgresDatabase from "./databases/PostgresDatabase.ts"
import * as Sums from "./reading/Sums.ts"
import type { Session } from "./sql/Session.ts"
import * as Migration from "./tables/Migration.ts"
import * as Gaps from "./writing/Gaps.ts"

const facts = (place: string, session: Session, versions: string): Effect.Effect<ArchiveFacts> =>
  Effect.gen(function*() {
    const version = yield* Looked.at(Migration.versionFound(session, versions))
    const tables = Looked.map(version, (found) => ({ version: found, latest: Migration.LATEST }))
    if ("why" in version) return { place, tables, told: version, gaps: version }
    const isKnown = version.found > 0 && version.found <= Migration.LATEST
    const at = (offsets: ReturnType<typeof Sums.told>) =>
      isKnown ? Looked.at(offsets) : Effect.succeed(Looked.notLooked("its tables cannot be read"))
    return { place, tables, told: yield* at(Sums.told(session)), gaps: yield* at(Gaps.read(session)) }
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
    (session) => facts(placeOf(url), session, PostgresDatabase.VERSIONS)
  ).pipe(Effect.scoped, Effect.provide(Reactivity.layer))

/** In the file of an engine's folder. */
export const inFolder = (folder: string): Effect.Effect<ArchiveFound> =>
  Effect.gen(function*() {
    const place = join(DataFolder.pathOf(folder), ArchiveFile.FILE_NAME)
    if (!existsSync(place)) return undefined
    const opened = yield* Looked.at(
      Effect.acquireRelease(
        attempt(() => ReadOnlyFile.open(place)),
        (connection) => Effect.sync(connection.close)
      )
    )
    if ("why" in opened) return { place, tables: opened, told: opened, gaps: opened }
    return yield* facts(place, sessionOf(opened.found), ArchiveFile.VERSIONS)
  }).pipe(Effect.scoped)
