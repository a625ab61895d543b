/**
 * A log of version 1 folds as a build folds it that knows version 1 alone, whatever else is in it. What such a build
 * reads of a record is frozen here: its kinds, its ids, its prices. The rest is unreadable to it.
 */
import { assert, describe, it } from "@effect/vitest"
import { Command, type LoggedCommand } from "@flash-sale/domain/records/Command"
import { isRequestId } from "@flash-sale/domain/records/Ids"
import * as LogRecord from "@flash-sale/domain/records/LogRecord"
import { Offset, PartitionId } from "@flash-sale/domain/records/Partition"
import * as Json from "@flash-sale/domain/records/wire/Json"
import * as Fold from "@flash-sale/domain/rules/Fold"
import * as ItemDump from "@flash-sale/domain/rules/ItemDump"
import { Effect } from "effect"
import * as Histories from "../Histories.ts"

const KINDS = ["place", "settle", "adjust", "cancel", "give-up", "sale", "rules"]
const ID = /^[a-zA-Z0-9_-]{1,100}$/
const MAX_PRICE = 1_000_000_000
const SETTINGS = ["opens_at", "closes_at", "per_user_limit", "paused", "price", "currency"]

type Body = Readonly<Record<string, unknown>>

/** The text as that build understands it; undefined where it does not. Fields that it does not know it leaves out. */
const understood = (kind: string, body: Body): Body | undefined => {
  if (!KINDS.includes(kind)) return undefined
  if (kind === "place" && !(ID.test(String(body["user_id"])) && ID.test(String(body["item_id"])))) return undefined
  if (kind !== "sale") return body
  if (typeof body["price"] === "number" && body["price"] > MAX_PRICE) return undefined
  return Object.fromEntries(SETTINGS.filter((name) => name in body).map((name) => [name, body[name]]))
}

const written = ({ command, offset }: LoggedCommand): LogRecord.LogRecord => {
  if (command._tag === "Unreadable") {
    const { attempt, requestId } = command
    const headers = {
      type: "nothing",
      attempt: String(attempt),
      ...(requestId === undefined ? {} : { request_id: requestId })
    }
    return recordOf(offset, headers, "{}")
  }
  const { headers, value } = LogRecord.encode(Histories.itemId, command)
  return recordOf(offset, headers, value)
}

const recordOf = (offset: number, headers: LogRecord.LogRecord["headers"], value: string): LogRecord.LogRecord => ({
  partition: PartitionId.make(0),
  offset: Offset.make(offset),
  timestamp: 0,
  key: Histories.itemId,
  headers,
  value: new TextEncoder().encode(value)
})

const formerly = (record: LogRecord.LogRecord): LoggedCommand => {
  const { headers, offset } = record
  const parsed = Json.parse(new TextDecoder().decode(record.value))
  const body = Json.isObject(parsed) ? understood(headers["type"] ?? "place", parsed) : undefined
  if (body !== undefined) {
    const value = new TextEncoder().encode(JSON.stringify(body))
    return { offset, command: LogRecord.decode(Histories.itemId, { ...record, value }) }
  }
  const requestId = headers["request_id"]
  return {
    offset,
    command: Command.Unreadable({
      detail: "not known",
      attempt: Number(headers["attempt"] ?? 1),
      ...(isRequestId(requestId) ? { requestId } : {})
    })
  }
}

const folded = (commands: ReadonlyArray<LoggedCommand>) => {
  const result = Fold.fold(Fold.nothing, { commands, published: [], expected: undefined })
  if (result._tag !== "Folded") throw new Error(result._tag)
  return result
}

describe("A log of version 1 of the rules", () => {
  it.effect.prop(
    "folds to the state and the outcomes of a build that knows version 1 alone",
    { history: Histories.historyOf("first") },
    ({ history }) =>
      Effect.sync(() => {
        const records = history.map(written)
        const now = folded(records.map((record) => ({
          offset: record.offset,
          command: LogRecord.decode(Histories.itemId, record)
        })))
        const then = folded(records.map(formerly))
        assert.deepStrictEqual(ItemDump.of(now.state), ItemDump.of(then.state))
        assert.deepStrictEqual(now.outcomes, then.outcomes)
        assert.strictEqual(now.state.item.rules, 1)
      }),
    { arbitrary: { runs: 400, size: 80 } }
  )
})
