/** Who changed something by hand, and why, in the headers of its record. */
import { assert, describe, it } from "@effect/vitest"
import { Command, CommandId } from "@flash-sale/domain/records/Command"
import { ItemId } from "@flash-sale/domain/records/Ids"
import * as LogRecord from "@flash-sale/domain/records/LogRecord"
import { ChangeReason, MAX_OPERATOR_LENGTH, OperatorName } from "@flash-sale/domain/records/operator/Operator"
import * as OperatorRecord from "@flash-sale/domain/records/operator/OperatorRecord"
import { Offset, PartitionId } from "@flash-sale/domain/records/Partition"
import * as RecordHeaders from "@flash-sale/domain/records/wire/RecordHeaders"
import { Schema } from "effect"

const itemId = ItemId.make("101")

const decoded = ({ headers, value }: LogRecord.NewRecord): Command =>
  LogRecord.decode(itemId, {
    partition: PartitionId.make(0),
    offset: Offset.make(1),
    timestamp: 0,
    key: itemId,
    value: new TextEncoder().encode(value),
    headers
  })

describe("the author of a change", () => {
  it("is in the headers of its record, and changes nothing of what the record means", () => {
    const commands = [
      Command.Adjust({ adjustment: { command: CommandId.make("c"), delta: 5 } }),
      Command.Sale({ patch: { paused: true } }),
      Command.Rules({ version: 1 })
    ]
    for (const command of commands) {
      const plain = LogRecord.encode(itemId, command)
      const record = OperatorRecord.by({ by: "ann", reason: "a flood" }, plain)
      assert.deepStrictEqual(record.headers, { ...plain.headers, by: "ann", reason: "a flood" })
      assert.deepStrictEqual(decoded(record), decoded(plain))
      assert.deepStrictEqual(RecordHeaders.operatorOf(record.headers), { by: "ann", reason: "a flood" })
      assert.isUndefined(RecordHeaders.operatorOf(plain.headers))
    }
    assert.deepStrictEqual(RecordHeaders.ofOperator({ by: "ann" }), { by: "ann" })
  })

  it("is Redis for a change of stock that was typed there", () => {
    const record = OperatorRecord.ofEdit(itemId, 3, -2)
    assert.deepStrictEqual(record.headers, { type: "adjust", by: "redis" })
    assert.deepStrictEqual(decoded(record), Command.Adjust({ adjustment: { seq: 3, delta: -2 } }))
  })

  it("is not shown where the headers hold what no operator may have typed", () => {
    for (const by of ["", "  ", "a\u0000b", "\ud800", "x".repeat(MAX_OPERATOR_LENGTH + 1)]) {
      assert.isUndefined(RecordHeaders.operatorOf({ by }), JSON.stringify(by))
    }
    assert.deepStrictEqual(RecordHeaders.operatorOf({ by: "ann", reason: "a\nb" }), { by: "ann" })
    assert.isUndefined(RecordHeaders.operatorOf({ reason: "nobody's" }))
  })

  it("has a name and a reason of bounded length, without control characters", () => {
    const isName = Schema.is(OperatorName)
    const isReason = Schema.is(ChangeReason)
    assert.deepStrictEqual(["ann", "Zoë O'Neil", "x".repeat(100)].map(isName), [true, true, true])
    assert.deepStrictEqual(["", " ", "a\tb", "x".repeat(101)].map(isName), [false, false, false, false])
    assert.deepStrictEqual(["x".repeat(500), "x".repeat(501), "line\nbreak"].map(isReason), [true, false, false])
  })
})
