import { assert, describe, it } from "@effect/vitest"
import { CorrelationId } from "@flash-sale/domain/records/Ids"
import * as Validation from "@flash-sale/gateway/request/Validation"
import { Result, Schema } from "effect"

const Body = Schema.Struct({
  text: Schema.String,
  number: Schema.Number,
  yes: Schema.Boolean,
  list: Schema.Array(Schema.String),
  part: Schema.Struct({ name: Schema.String }),
  named: Schema.optionalKey(Schema.NonEmptyString.pipe(Schema.brand("Named")))
})

describe("A request that does not fit its schema", () => {
  it("is told of each field what it must be", () => {
    const decoded = Schema.decodeUnknownResult(Body, { errors: "all" })({
      text: 1,
      number: "1",
      yes: "true",
      list: "a",
      part: "a",
      named: 1
    })
    if (Result.isSuccess(decoded)) return assert.fail("it fits")
    const refusal = Validation.refusal(CorrelationId.make("c-1"), decoded.failure.issue)
    if (!("errors" in refusal)) return assert.fail("no field is named")
    assert.deepStrictEqual(refusal.errors, [
      { field: "text", message: "must be a string" },
      { field: "number", message: "must be a number" },
      { field: "yes", message: "must be true or false" },
      { field: "list", message: "must be a list" },
      { field: "part", message: "must be an object" },
      { field: "named", message: "must be a string" }
    ])
  })
})
