/** Where the archive is, and how long it keeps what is final. */
import { type Config, Duration, Redacted } from "effect"
import * as Kind from "../settings/Kind.ts"
import * as Variable from "../settings/Variable.ts"

/** A sale's orders are asked for at least for as long as a buyer may want the money back. */
const MIN_RETENTION = Duration.days(1)
const MAX_RETENTION = Duration.days(36_500)

const duration = Kind.duration(MIN_RETENTION, MAX_RETENTION)

/** Forever is a duration without an end. */
const retention: Kind.Kind<Duration.Duration> = {
  expects: `forever, or ${duration.expects}`,
  read: (text) => text.toLowerCase() === "forever" ? Duration.infinity : duration.read(text)
}

const isUrl = (url: Redacted.Redacted): boolean => {
  const text = Redacted.value(url)
  if (!URL.canParse(text)) return false
  const { hostname, pathname, protocol } = new URL(text)
  return ["postgres:", "postgresql:"].includes(protocol) && hostname !== "" && pathname.length > 1
}

const url = Variable.check(
  Variable.secret("ARCHIVE_URL"),
  (given) =>
    given === undefined || isUrl(given)
      ? undefined
      : "ARCHIVE_URL: is not the URL of a database such as postgres://user:password@host:5432/database"
)

/** How long what is final is kept. */
export const ArchiveRetention: Config.Config<Duration.Duration> = Variable.make(
  "ARCHIVE_RETENTION",
  retention,
  Duration.infinity
)

export const ArchiveSettings = Variable.group({
  /** Of a database of PostgreSQL, with the password; undefined where there is no archive. */
  url
})
export type ArchiveSettings = Config.Success<typeof ArchiveSettings>
