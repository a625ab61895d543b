import { assert, describe, it } from "@effect/vitest"
import * as Digest from "@flash-sale/domain/records/Digest"
import type { LogRecord } from "@flash-sale/domain/records/LogRecord"
import { Offset, PartitionId } from "@flash-sale/domain/records/Partition"

const record = (key: string, value: string): LogRecord => ({
  partition: PartitionId.make(0),
  offset: Offset.make(0),
  timestamp: 1_000,
  key,
  value: new TextEncoder().encode(value),
  headers: {}
})

describe("Digest", () => {
  it("a digest has 16 digits, and depends on where the key ends", () => {
    const texts = ["", "a", "aa", "ab", "ba"]
    const digests = texts.flatMap((key) => texts.map((value) => Digest.of(record(key, value))))
    assert.strictEqual(new Set(digests).size, texts.length ** 2)
    for (const digest of digests) assert.match(digest, /^[0-9a-f]{16}$/)
  })
})
