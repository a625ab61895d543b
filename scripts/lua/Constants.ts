/**
 * The constants that Lua and the domain share. Lua cannot import the domain, so it spells them a second time: numbers,
 * lists and tables of texts or numbers, each as `local NAME = <literal>`.
 */
import { EVENTS_KEPT } from "../../packages/domain/src/ports/LiveEvents.ts"
import * as Hold from "../../packages/domain/src/records/checkout/Hold.ts"
import * as Command from "../../packages/domain/src/records/Command.ts"
import * as Instant from "../../packages/domain/src/records/Instant.ts"
import { hasHeldUnits, OrderStatus, step } from "../../packages/domain/src/records/OrderStatus.ts"
import * as Checkout from "../../packages/domain/src/rules/checkout/CheckoutState.ts"
import * as Item from "../../packages/domain/src/rules/Item.ts"
import * as OutcomeStatus from "../../packages/domain/src/rules/OutcomeStatus.ts"
import * as RulesVersions from "../../packages/domain/src/rules/RulesVersions.ts"
import { lineAt, type Source } from "../Source.ts"
import type { Violation } from "../Violation.ts"

type Scalar = number | string
type Value = Scalar | ReadonlyArray<Scalar> | Readonly<Record<string, Scalar>>

/** A constant of a Lua file, and the value that the domain gives it. */
export interface Constant {
  readonly path: string
  readonly name: string
  readonly value: Value
}

/** The status that buyers see, by the state or the reason that decides it. Lua falls back to FAILED. */
const statuses = (): Readonly<Record<string, Scalar>> => {
  const entries: Array<readonly [string, Scalar]> = []
  for (const state of ["held", "sold", "voiding", "unreadable", "open", "refunding", "refunded"] as const) {
    entries.push([state, OutcomeStatus.status({ state, reason: undefined }) ?? ""])
  }
  for (const reason of [...Item.REJECTION_REASONS, ...Item.RELEASE_REASONS]) {
    const status = OutcomeStatus.status({ state: "released", reason }) ?? ""
    if (status !== "FAILED") entries.push([reason, status])
  }
  return Object.fromEntries(entries)
}

/** All shared constants. */
export const CONSTANTS: ReadonlyArray<Constant> = [
  { path: "lua/lib/_ledger.lua", name: "REASONS", value: Item.REJECTION_REASONS },
  { path: "lua/lib/_ledger.lua", name: "REJECTED_REMEMBERED", value: Item.REJECTED_REMEMBERED },
  { path: "lua/lib/_ledger.lua", name: "COMMANDS_REMEMBERED", value: Item.COMMANDS_REMEMBERED },
  { path: "lua/lib/_kept.lua", name: "CHECKOUT", value: RulesVersions.CHECKOUT },
  { path: "lua/lib/_checkout.lua", name: "DEFAULT_HOLD_SECONDS", value: Hold.DEFAULT_HOLD_SECONDS },
  { path: "lua/lib/_checkout.lua", name: "MAX_HOLD_SECONDS", value: Hold.MAX_HOLD_SECONDS },
  { path: "lua/lib/_checkout.lua", name: "LAST_INSTANT", value: Instant.LAST_INSTANT },
  { path: "lua/lib/_refundsdue.lua", name: "MAX_REFUNDS_DUE", value: Checkout.MAX_REFUNDS_DUE },
  { path: "lua/lib/_event.lua", name: "EVENTS_KEPT", value: EVENTS_KEPT },
  { path: "lua/lib/_event.lua", name: "STATUS_OF", value: statuses() },
  {
    path: "lua/lib/_forwards.lua",
    name: "STEP",
    value: Object.fromEntries(
      OrderStatus.literals.filter((status) => step({ status }) !== 3).map((status) => [status, step({ status })])
    )
  },
  {
    path: "lua/lib/_forwards.lua",
    name: "TURNED_AWAY",
    value: Object.fromEntries(
      OrderStatus.literals.filter((status) => !hasHeldUnits({ attempt: 1, status })).map((status) => [status, 1])
    )
  },
  { path: "lua/lib/_edits.lua", name: "MAX_ADJUSTMENT", value: Command.MAX_ADJUSTMENT },
  { path: "lua/lib/_keptedits.lua", name: "MAX_ADJUSTMENT", value: Command.MAX_ADJUSTMENT },
  { path: "lua/lib/_fold.lua", name: "RULES_VERSION", value: Command.RULES_VERSION }
]

const scalar = (text: string): Scalar => text.startsWith("'") ? text.slice(1, -1) : Number(text)

/** The value of a Lua literal. A table with names is a record, one without is a list. */
const read = (literal: string): Value => {
  if (!literal.startsWith("{")) return scalar(literal)
  const entries = Array.from(
    literal.matchAll(/(?:([A-Za-z_]\w*)\s*=\s*)?('[^']*'|\d+)/g),
    ([, name, text]) => [name, scalar(text!)] as const
  )
  return entries.every(([name]) => name === undefined)
    ? entries.map(([, value]) => value)
    : Object.fromEntries(entries)
}

/** As text, names in the order of the alphabet; the order of a list counts. */
const show = (value: Value): string =>
  typeof value !== "object" || Array.isArray(value)
    ? JSON.stringify(value)
    : JSON.stringify(Object.fromEntries(Object.entries(value).toSorted(([a], [b]) => a < b ? -1 : 1)))

/** Constants that are missing or differ from the domain's. */
export const checkConstants = (
  files: ReadonlyArray<Source>,
  constants: ReadonlyArray<Constant> = CONSTANTS
): ReadonlyArray<Violation> =>
  constants.flatMap(({ name, path, value }) => {
    const found = (line: number, message: string): ReadonlyArray<Violation> => [
      { path, line, rule: "constants", message }
    ]
    const text = files.find((file) => file.path === path)?.text ?? ""
    const literal = new RegExp(`^local ${name} = (\\{[^}]*\\}|'[^']*'|\\d+)$`, "m").exec(text)
    if (literal === null) return found(1, `does not define ${name}, which the domain says is ${show(value)}`)
    const line = lineAt(text, literal.index)
    return show(read(literal[1]!)) === show(value)
      ? []
      : found(line, `${name} is ${show(read(literal[1]!))}, but the domain says ${show(value)}`)
  })
