import { assert, describe, it } from "@effect/vitest"
import * as TopicMetadata from "@flash-sale/infra/kafka/client/TopicMetadata"

const FOUND = [{ partition: 0, offset: "7", high: "7", low: "0" }]

/** Fails so many times with this error, then answers. */
const failing = (times: number, error: Error) => {
  let asked = 0
  return {
    asked: () => asked,
    fetchTopicOffsets: () => ++asked <= times ? Promise.reject(error) : Promise.resolve(FOUND)
  }
}

describe("boundsOf", () => {
  it("asks once more where the library forgot the topic while it connected", async () => {
    const admin = failing(1, new TypeError("Cannot destructure property 'partitions' of 'low.pop(...)'"))
    assert.deepStrictEqual(await TopicMetadata.boundsOf(admin, "orders"), FOUND)
    assert.strictEqual(admin.asked(), 2)
  })

  it("asks no second time where the broker answers with an error", async () => {
    const admin = failing(1, new Error("This server does not host this topic-partition"))
    const error = await TopicMetadata.boundsOf(admin, "orders").catch((error: unknown) => error)
    assert.instanceOf(error, Error)
    assert.strictEqual(admin.asked(), 1)
  })
})
