/** The rooms of each package, and which may know which: a room knows the floors below its own, and nothing else. */
import { excepting, type Exceptions } from "../Exceptions.ts"
import type { Source } from "../Source.ts"
import type { Violation } from "../Violation.ts"
import { arrowsOf, packageOf } from "./Graph.ts"

/** The floors of a folder, from the bottom to the top, each with its rooms. */
export type Floors = ReadonlyArray<ReadonlyArray<string>>

/**
 * The rooms are folders. Rooms on one floor do not know each other. Files that are in the folder itself, and in none of
 * its rooms, are the top floor: they may know every room, and no room knows them.
 */
export const PLAN: Readonly<Record<string, Floors>> = {
  "packages/domain/src": [
    ["records"],
    ["access", "instances", "rules"],
    ["events"],
    ["archive", "webhooks"],
    ["ports"],
    [
      "recovery",
      "api"
    ]
  ],
  "packages/audit/src": [],
  "packages/client/src": [["time", "wire"], ["http", "webhooks"], ["retry"], ["events"], ["calls"]],
  "packages/infra/src": [
    ["collections", "errors", "fencing", "time"],
    ["facts", "files"],
    ["memory", "resilience", "settings"],
    ["observability"],
    ["actor", "http", "watch"],
    ["access", "kafka", "payment", "redis", "sqlite"],
    ["archive", "warmup"]
  ],
  "packages/infra/src/access": [["answers"], ["keys", "tokens"]],
  "packages/infra/src/archive": [["sql"], ["rows"], ["tables"], ["databases", "reading", "webhooks", "writing"]],
  "packages/infra/src/kafka": [["client"], ["append", "group", "letters", "topics"], ["events", "facts"]],
  "packages/infra/src/redis": [["rights", "wire"], ["client"], ["facts"]],
  "packages/infra/src/sqlite": [["folder", "tables", "wal"], ["database"], ["consumer"], [
    "backup",
    "events",
    "facts",
    "items",
    "letters",
    "log",
    "statuses"
  ]],
  "packages/pages/src": [
    ["design", "report"],
    ["sale"],
    ["order"],
    ["elements"],
    ["home", "shop", "console"],
    ["server"]
  ],
  "packages/pages/src/console": [["calls"], ["words"], ["live"], ["parts"], [
    "audit",
    "doctor",
    "items",
    "keys",
    "letters",
    "overview",
    "webhooks"
  ], ["orders"]],
  "packages/gateway/src": [
    ["request"],
    ["access", "guards"],
    ["answers", "reads"],
    ["buy", "live", "checkout"],
    ["hot"],
    ["http"],
    ["warmup"]
  ],
  "packages/processor/src": [
    ["order", "run"],
    ["payment", "publish", "recovery", "telling"],
    ["holds"],
    ["item"],
    ["partition"]
  ],
  "packages/archive/src": [["intake", "rebuild"]],
  "packages/webhooks/src": [["endpoints"], ["send"], ["work"]],
  "packages/operations/src": [["append", "doctor", "paging"], ["items"], ["archive"], [
    "letters",
    "orders",
    "webhooks"
  ]],
  "packages/admin/src": [["request"], ["access", "archive", "doctor", "letters", "orders", "overview"], [
    "items",
    "webhooks"
  ], ["http"]],
  "packages/cli/src": [
    ["terminal"],
    ["engine"],
    ["item", "report", "stock"],
    ["sale", "order", "overview", "reconcile", "backup", "doctor", "key", "webhook"],
    ["archive", "dlq", "load", "recover"],
    ["processes"]
  ]
}

/** Imports that go against the plan, as "<path> -> <path>", and why. */
const EXCEPTIONS: Exceptions = {}

/** The room of a file in this folder; undefined where it is in none. */
export const roomOf = (folder: string, path: string): string | undefined =>
  /^([^/]+)\//.exec(path.slice(folder.length + 1))?.[1]

/** What is wrong with one room knowing another, or undefined. Rooms that are not in the plan are reported elsewhere. */
const judge = (floors: Floors, own: string, other: string): string | undefined => {
  const floorOf = (room: string) => floors.findIndex((rooms) => rooms.includes(room))
  if (own === other || floorOf(own) === -1 || floorOf(other) < floorOf(own)) return undefined
  const where = floorOf(other) === floorOf(own) ? "on the same floor" : "on a higher floor"
  return `${own} must not know ${other}, which is ${where}. Move what ${own} needs to a floor below.`
}

const checkArrows = (folder: string, floors: Floors, files: ReadonlyArray<Source>) =>
  arrowsOf(files).flatMap(({ from, line, to }) => {
    const own = roomOf(folder, from)
    if (own === undefined || !to.startsWith(`${folder}/`)) return []
    const other = roomOf(folder, to)
    const message = other === undefined
      ? `${own} must not know ${to}, which is in no room. Move that file to a floor below ${own}.`
      : judge(floors, own, other)
    return message === undefined ? [] : [{ path: from, line, rule: "rooms", message, to }]
  })

/** Rooms that are in the tree or in the plan, and not in both. */
const checkPlan = (folder: string, floors: Floors, files: ReadonlyArray<Source>): ReadonlyArray<Violation> => {
  const planned = floors.flat()
  const present = new Set(files.flatMap(({ path }) => roomOf(folder, path) ?? []))
  const found = (room: string, message: string) => ({ path: `${folder}/${room}`, line: 1, rule: "rooms", message })
  return [
    ...[...present].filter((room) => !planned.includes(room)).map((room) =>
      found(room, `room "${room}" is not in the plan. Move its files, or put it on a floor of PLAN.`)
    ),
    ...planned.filter((room) => !present.has(room)).map((room) =>
      found(room, `room "${room}" has no files, but is in the plan. Take it out of PLAN.`)
    )
  ]
}

/** What goes against the plan. A package that is not in the plan has no rooms. */
export const checkRooms = (
  files: ReadonlyArray<Source>,
  plan: Readonly<Record<string, Floors>> = PLAN,
  exceptions: Exceptions = EXCEPTIONS
): ReadonlyArray<Violation> => {
  const folders = [...new Set([...Object.keys(plan), ...files.map(({ path }) => `packages/${packageOf(path)}/src`)])]
  const inside = (folder: string) => files.filter(({ path }) => path.startsWith(`${folder}/`))
  const arrows = folders.flatMap((folder) => checkArrows(folder, plan[folder] ?? [], inside(folder)))
  return [
    ...excepting("rooms", arrows, exceptions, ({ path, to }) => `${path} -> ${to}`),
    ...folders.flatMap((folder) => checkPlan(folder, plan[folder] ?? [], inside(folder)))
  ]
}
