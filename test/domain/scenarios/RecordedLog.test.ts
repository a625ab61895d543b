/**
 * A log that an earlier release has written folds to the state that it folded to then, for ever: what was sold stays
 * sold. Each version of the rules has its files in `recorded/`. They are never changed; rules that decide otherwise are
 * a new version, and get files of their own.
 */
import { assert, describe, it } from "@effect/vitest"
import { HEAD_KEYS, MAP_KINDS, nameOf } from "@flash-sale/audit/EntryWords"
import * as Digest from "@flash-sale/domain/records/Digest"
import { ItemId } from "@flash-sale/domain/records/Ids"
import * as LogRecord from "@flash-sale/domain/records/LogRecord"
import { Offset, PartitionId } from "@flash-sale/domain/records/Partition"
import type { RefundDue } from "@flash-sale/domain/rules/checkout/CheckoutState"
import * as Fold from "@flash-sale/domain/rules/Fold"
import { type HeldOrder, REJECTION_REASONS } from "@flash-sale/domain/rules/Item"
import * as ItemDump from "@flash-sale/domain/rules/ItemDump"
import * as Refused from "@flash-sale/domain/rules/Refused"
import { Schema } from "effect"
import { readFileSync } from "node:fs"

const VERSIONS = [1, 2]
/** Settings of a sale that version 1 does not know: its file has none of them. */
const LATER_SETTINGS: ReadonlyArray<string> = [nameOf("head", "holdSeconds"), nameOf("head", "maxHoldSeconds")]

/** Counts by reason are younger than both versions: no file has them. */
const COUNTED_LATER = nameOf("head", "refused")

const linesOf = (name: string): ReadonlyArray<string> =>
  readFileSync(new URL(`../recorded/${name}.jsonl`, import.meta.url), "utf8").trimEnd().split("\n")

const decodeRecord = Schema.decodeUnknownSync(Schema.fromJsonString(Schema.Struct({
  offset: Offset,
  timestamp: Schema.Int,
  key: ItemId,
  headers: Schema.Record(Schema.String, Schema.String),
  value: Schema.String,
  digest: Schema.String
})))

const recordsOf = (version: number) =>
  linesOf(`rules-${version}`).map((line) => {
    const { digest, value, ...rest } = decodeRecord(line)
    return { digest, record: { ...rest, partition: PartitionId.make(0), value: new TextEncoder().encode(value) } }
  })

const orDash = (value: unknown): unknown => value ?? "-"

const dueText = ({ offset, reference, userId }: RefundDue): string => `${offset} ${reference} ${userId ?? "*"}`

const textOf = (value: unknown): string => {
  if (typeof value === "boolean") return value ? "1" : "0"
  if (Array.isArray(value)) return value.map(dueText).join(", ")
  if (typeof value !== "object" || value === null) return String(orDash(value))
  const one = { ...value } as Readonly<Record<string, unknown>>
  if ("n" in one) return `${one["reason"]} ${one["n"]}`
  if ("dueAt" in one) return `${orDash(one["dueAt"])} ${one["correlationId"]} ${orDash(one["traceparent"])}`
  if (!("userId" in one)) return `${one["state"]} ${orDash(one["reason"])} ${one["attempt"]} ${one["requestId"] ?? ""}`
  const capped = one["countsAgainstLimit"] === true ? "capped" : "-"
  const words = [one["state"], one["userId"], one["amount"], one["attempt"], one["placedAtOffset"], capped]
  const { hold } = one as unknown as HeldOrder
  const began = hold === undefined ? [] : [orDash(hold.confirmedAtOffset), orDash(hold.reference)]
  return [...words, orDash(one["price"]), orDash(one["currency"]), orDash(one["reason"]), ...began].join(" ")
}

/** The entries of an item by the names and in the texts of the files, which are those of Redis. */
const entriesOf = (state: Fold.Folded): ReadonlyArray<readonly [name: string, text: string]> => {
  const dump = ItemDump.of(state)
  return [
    ...HEAD_KEYS.map((key) => [nameOf("head", key), textOf(dump.head[key])] as const),
    ...MAP_KINDS.flatMap((kind) => {
      const map: ReadonlyMap<string, unknown> = dump[kind]
      return Array.from(map, ([key, value]) => [nameOf(kind, key), textOf(value)] as const)
    })
  ]
}

/** The state of every item. */
const states = (version: number): ReadonlyArray<readonly [ItemId, Fold.Folded]> => {
  const records = recordsOf(version).map(({ record }) => record)
  const items = [...new Set(records.map(({ key }) => key))]
  return items.map((item) => {
    const commands = records.filter(({ key }) => key === item).map((record) => ({
      offset: record.offset,
      command: LogRecord.decode(item, record)
    }))
    const result = Fold.fold(Fold.nothing, { expected: undefined, commands, published: [] })
    if (result._tag !== "Folded") throw new Error(`${item}: ${result._tag}`)
    return [item, result.state] as const
  })
}

/** The state of every item, an entry a line, as it is written in the file. */
const folded = (version: number): ReadonlyArray<string> =>
  states(version).flatMap(([item, state]) =>
    entriesOf(state).flatMap(([name, text]) => {
      if (name === COUNTED_LATER) return []
      if (version > 1 || !LATER_SETTINGS.includes(name)) return [JSON.stringify([item, name, text])]
      if (text !== "-") throw new Error(`${item}: version 1 does not know ${name}`)
      return []
    })
  ).toSorted()

describe("Recorded logs", () => {
  for (const version of VERSIONS) {
    it(`the recorded log of rules ${version} folds to the state that it folded to then`, () => {
      assert.deepStrictEqual(folded(version), linesOf(`rules-${version}.folded`).toSorted())
    })

    it(`the recorded log of rules ${version} turns away by reason what it turned away then`, () => {
      // In these logs no rejected id is forgotten: the file names each with its reason.
      const words = linesOf(`rules-${version}.folded`).map((line) => JSON.parse(line) as [string, string, string])
      const rejected = words.filter(([, name]) =>
        name.startsWith("turned ") && name !== nameOf("head", "rejectedCount")
      )
      assert.isAbove(rejected.length, 0)
      for (const [item, { item: { refused, rejectedCount } }] of states(version)) {
        const own = rejected.filter(([name]) => name === item).map(([, , text]) => text.split(" ")[0])
        const of = (reason: string) => own.filter((one) => one === reason).length
        assert.deepStrictEqual(REJECTION_REASONS.map((reason) => refused[reason] ?? 0), REJECTION_REASONS.map(of))
        assert.strictEqual(Refused.sum(refused), rejectedCount)
      }
    })

    it(`the recorded log of rules ${version} has the digests by which marks recognise it`, () => {
      const records = recordsOf(version)
      assert.deepStrictEqual(records.map(({ record }) => Digest.of(record)), records.map(({ digest }) => digest))
    })
  }
})
