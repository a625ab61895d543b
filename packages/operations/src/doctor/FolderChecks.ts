/** Judges the folder of the embedded file. Pure. */
import type { FolderFacts, LockHolder } from "@flash-sale/infra/facts/FolderFacts"
import * as Looked from "@flash-sale/infra/facts/Looked"
import type { Finding } from "./Check.ts"
import * as Check from "./Check.ts"
import * as Units from "./Units.ts"

const MIB = 1024 ** 2
/** Below it the next sale may not fit; below the other one the engine stops within minutes. */
const LITTLE_BYTES = 1024 * MIB
const TOO_LITTLE_BYTES = 100 * MIB
/** The engine empties its write-ahead log each 5 s, unless somebody reads for long. */
const LONG_WAL_BYTES = 64 * MIB
const BACKUP = "bring back a backup of the whole folder, or see what is left: flash-sale recover --accept-log"

const engine = ({ folder, hasEngine }: FolderFacts): Finding =>
  hasEngine
    ? Check.ok("folder.engine", folder)
    : Check.wrong(
      "folder.engine",
      `${folder}: no engine has worked there`,
      "name its folder by --data-dir or DATA_DIR; or start one there: npm start"
    )

const permissions = ({ exposed, folder }: FolderFacts): Finding =>
  Check.judged("folder.permissions", exposed, (one) =>
    one === undefined
      ? Check.ok("folder.permissions", "its owner's alone")
      : Check.wrong(
        "folder.permissions",
        `${one.path} ${one.detail.replace(/: chmod.*$/, "")}`,
        `chmod -R go= ${folder}`
      ))

const disk = ({ freeBytes }: FolderFacts): Finding =>
  Check.judged("folder.disk", freeBytes, (free) => {
    const detail = `${Units.size(free)} free`
    if (free >= LITTLE_BYTES) return Check.ok("folder.disk", detail)
    const mend = "make room on this disk, or move the folder while no engine runs"
    return free < TOO_LITTLE_BYTES
      ? Check.wrong("folder.disk", `${detail}: orders are refused when it is full`, mend)
      : Check.warning("folder.disk", detail, mend)
  })

const HOLDS_UP = "reading all of the file would hold up orders: flash-sale doctor does it beside the engine"

const file = ({ fileBytes, hasEngine, isReadWhole, losses }: FolderFacts): Finding => {
  if (!isReadWhole) return Check.notLookedAt("folder.file", HOLDS_UP)
  if (hasEngine && "why" in losses) {
    return Check.wrong("folder.file", `it cannot be read: ${losses.why}`, `run this as the engine's user; ${BACKUP}`)
  }
  return Check.judged("folder.file", losses, (found) => {
    if (found.length === 0 && !hasEngine) return Check.notLookedAt("folder.file", "no engine has worked there")
    return found.length === 0
      ? Check.ok("folder.file", `${Units.size(fileBytes)}, nothing is missing`)
      : Check.wrong("folder.file", found.join("; "), BACKUP)
  })
}

const damage = ({ damage: looked, isReadWhole }: FolderFacts): Finding =>
  Check.judged("folder.damage", isReadWhole ? looked : Looked.notLooked(HOLDS_UP), (found) =>
    found === undefined
      ? Check.ok("folder.damage", "none")
      : Check.wrong("folder.damage", found.replaceAll(/\s+/g, " "), BACKUP))

const tables = (facts: FolderFacts): Finding =>
  Check.judged("folder.tables", facts.tables, ({ latest, version }) => {
    if (version === latest) return Check.ok("folder.tables", `version ${version}`)
    return version > latest
      ? Check.wrong("folder.tables", `version ${version}, and this build knows ${latest}`, "use the newer build")
      : Check.warning(
        "folder.tables",
        `version ${version}: an older build's`,
        `the next start of this build brings them to ${latest}, and there is no way back: copy the folder first`
      )
  })

const HOLDERS: Readonly<Record<Exclude<LockHolder, number>, string>> = {
  somebody: "an engine works there",
  nobody: "no engine works there now"
}

const lock = (facts: FolderFacts): Finding =>
  Check.judged(
    "folder.lock",
    facts.lock,
    (holder) =>
      Check.ok("folder.lock", typeof holder === "number" ? `an engine works there: process ${holder}` : HOLDERS[holder])
  )

const wal = ({ hasEngine, walBytes }: FolderFacts): Finding => {
  if (!hasEngine) return Check.notLookedAt("folder.wal", "no engine has worked there")
  const detail = Units.size(walBytes)
  return walBytes < LONG_WAL_BYTES
    ? Check.ok("folder.wal", detail)
    : Check.warning(
      "folder.wal",
      `${detail}: it is not emptied while somebody reads the file`,
      "find who has engine.sqlite open for long: a backup, or a program that was left open"
    )
}

const backup: Finding = Check.notLookedAt(
  "folder.backup",
  "nobody writes down when one was made: flash-sale backup FILE makes one"
)

/** All findings on the folder. */
export const judge = (facts: FolderFacts): ReadonlyArray<Finding> => [
  engine(facts),
  permissions(facts),
  disk(facts),
  file(facts),
  damage(facts),
  tables(facts),
  lock(facts),
  wal(facts),
  backup
]
