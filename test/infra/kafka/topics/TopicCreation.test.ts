/** A broker that has just made a topic may not know it yet, and says so to whoever asks for it. */
import { assert, describe, it } from "@effect/vitest"
import { LogUnavailable } from "@flash-sale/domain/ports/OrderLog"
import * as KafkaSettings from "@flash-sale/infra/kafka/client/KafkaSettings"
import * as TopicCreation from "@flash-sale/infra/kafka/topics/TopicCreation"
import { Effect } from "effect"
import type { Admin, ITopicConfig } from "kafkajs"

const UNKNOWN = new Error("This server does not host this topic-partition")

/** Knows the topic once it was asked for it so many times. The library asks as well where it is to wait for leaders. */
const slow = (times: number) => {
  const made: Array<string> = []
  let asked = 0
  const answer = () => ++asked <= times ? Promise.reject(UNKNOWN) : Promise.resolve([])
  const admin = {
    createTopics: async ({ topics, waitForLeaders = true }: {
      readonly topics: ReadonlyArray<ITopicConfig>
      readonly waitForLeaders?: boolean
    }) => {
      made.push(...topics.map(({ topic }) => topic))
      if (waitForLeaders) await answer()
      return true
    },
    fetchTopicOffsets: answer
  } as unknown as Admin
  const client = {
    settings: KafkaSettings.defaults,
    ask: <A>(what: string, question: (admin: Admin) => Promise<A>) =>
      Effect.tryPromise({
        try: () => question(admin),
        catch: (error) => new LogUnavailable({ detail: `Kafka: ${what}: ${String(error)}` })
      })
  } as Parameters<typeof TopicCreation.createCopy>[0]
  return { client, made, asked: () => asked }
}

describe("createCopy", () => {
  it.live("makes the topic once, and asks for it until the broker knows it", () =>
    Effect.gen(function*() {
      const broker = slow(3)
      yield* TopicCreation.createCopy(broker.client, "orders-24", 24)
      assert.deepStrictEqual(broker.made, ["orders-24"])
      assert.strictEqual(broker.asked(), 4)
    }))
})
