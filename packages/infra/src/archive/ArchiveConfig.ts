/** Where the archive is, and how long it keeps what is final. */
import { type Config, Duration, Redacted } from "effect"
import * as Kind from "../settings/Kind.ts"
import * as Tls from "../settings/Tls.ts"
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

/** Words of `sslmode` by which a connection is encrypted or none. */
const ENCRYPTED: ReadonlyArray<string | null> = ["require", "verify-ca", "verify-full"]

const isEncrypted = (url: Redacted.Redacted): boolean =>
  ENCRYPTED.includes(new URL(Redacted.value(url)).searchParams.get("sslmode"))

/** An authority that nobody asks would be taken for one that is trusted. */
const isAuthorityUsed = ({ ca, url }: Given): string | undefined => {
  if (ca === undefined) return undefined
  if (url === undefined) return "ARCHIVE_TLS_CA_FILE: is given, and ARCHIVE_URL is not"
  if (!isEncrypted(url)) return "ARCHIVE_TLS_CA_FILE: is given, and ARCHIVE_URL does not end in ?sslmode=require"
  return Tls.isAuthority(ca) ? undefined : "ARCHIVE_TLS_CA_FILE: holds no certificate"
}

interface Given {
  /** Of a database of PostgreSQL, with the password; undefined where there is no archive. */
  readonly url: Redacted.Redacted | undefined
  /** The authorities that are trusted instead of those of Node, as PEM. */
  readonly ca?: string | undefined
}

export const ArchiveSettings: Config.Config<Given> = Variable.check(
  Variable.group({ url, ca: Tls.pem("ARCHIVE_TLS_CA_FILE") }),
  isAuthorityUsed
)
export type ArchiveSettings = Config.Success<typeof ArchiveSettings>
