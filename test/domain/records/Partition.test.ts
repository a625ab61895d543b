import { assert, describe, it } from "@effect/vitest"
import { isItemId } from "@flash-sale/domain/records/Ids"
import { home, murmur2 } from "@flash-sale/domain/records/Partition"
import { Effect, Schema } from "effect"
import { Partitioners } from "kafkajs"

/** The partition that kafkajs' partitioner gives a key, among `count`. */
const partitioner = Partitioners.DefaultPartitioner()
const kafkajs = (key: Buffer, count: number): number =>
  partitioner({
    topic: "orders",
    message: { key, value: null },
    partitionMetadata: Array.from({ length: count }, (_, partitionId) => ({
      partitionErrorCode: 0,
      partitionId,
      leader: 0,
      replicas: [0],
      isr: [0]
    }))
  })

/** A prime, and more partitions than there are: two hashes that differ hardly ever meet in one of them. */
const MANY = 9_973

const Byte = Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: 255 }))

/** Nearly all of them are ids of items. Their own pattern looks ahead, which names are not made from. */
const AnyName = Schema.String.check(Schema.isPattern(/^[a-zA-Z0-9_.-]{1,100}$/))

describe("Partition: murmur2", () => {
  it("murmur2 hashes as Apache Kafka's own tests say", () => {
    // UtilsTest.testMurmur2
    const known: ReadonlyArray<readonly [string, number]> = [
      ["21", -973932308],
      ["foobar", -790332482],
      ["a-little-bit-long-string", -985981536],
      ["a-little-bit-longer-string", -1486304829],
      ["lkjh234lh9fiuh90y23oiuhsafujhadof229phr9h19h89h8", -58897971],
      ["abc", 479470107]
    ]
    for (const [text, hash] of known) assert.strictEqual(murmur2(Buffer.from(text)), hash)
  })

  it.effect.prop(
    "murmur2 hashes any bytes as kafkajs does",
    { bytes: Schema.Array(Byte) },
    ({ bytes }) =>
      Effect.sync(() => {
        assert.strictEqual((murmur2(Uint8Array.from(bytes)) & 0x7fffffff) % MANY, kafkajs(Buffer.from(bytes), MANY))
      })
  )
})

describe("Partition.home", () => {
  it.effect.prop(
    "the home of a key is where kafkajs' partitioner puts it",
    { itemId: AnyName },
    ({ itemId }) =>
      Effect.sync(() => {
        if (!isItemId(itemId)) return
        for (const count of [1, 4, 12]) assert.strictEqual(home(itemId, count), kafkajs(Buffer.from(itemId), count))
      })
  )
})
