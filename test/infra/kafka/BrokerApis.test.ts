/** Brokers that are too old are named in one line; those that the tests run on are not. */
import { assert, describe, it } from "@effect/vitest"
import * as BrokerApis from "@flash-sale/infra/kafka/client/BrokerApis"
import { Effect, Layer, Logger } from "effect"
import { TestClock } from "effect/testing"
import { kafkaAddr, needed } from "../../servers/servers.ts"
import { settingsAt } from "./TestSettings.ts"

const address = needed(kafkaAddr())

/** As Kafka 2.4 answers, of what is asked for. */
const OLD = [[0, 8], [1, 11], [3, 9], [22, 2]].map(([apiKey = 0, maxVersion = 0]) => ({ apiKey, maxVersion }))

const said = (
  ask: Parameters<typeof BrokerApis.layer>[1],
  during: Effect.Effect<void>
) =>
  Effect.gen(function*() {
    const lines: Array<string> = []
    const logger = Logger.make(({ logLevel, message }) => {
      lines.push(`${logLevel}: ${String(message)}`)
    })
    yield* Effect.provide(
      during,
      Layer.provide(BrokerApis.layer(settingsAt(address), ask), Logger.layer([logger]))
    )
    return lines
  })

describe("Kafka", () => {
  it.effect("a Kafka that is too old is named once, when it answers", () =>
    Effect.gen(function*() {
      let asked = 0
      const lines = yield* said(
        () => ++asked < 3 ? Promise.reject(new Error("away")) : Promise.resolve(OLD),
        Effect.repeat(Effect.andThen(TestClock.adjust("2 seconds"), Effect.promise(() => Promise.resolve())), {
          times: 20
        }).pipe(Effect.asVoid)
      )
      assert.strictEqual(asked, 3)
      assert.deepStrictEqual(lines, [
        "Error: Kafka cannot be used: its brokers lack InitProducerId 3; the least version is 3.5"
      ])
    }))

  it.live("the Kafka of the tests is new enough", () =>
    Effect.gen(function*() {
      const apis = yield* Effect.promise(() => BrokerApis.listed(settingsAt(address)))
      assert.isAbove(apis.length, 10)
      assert.deepStrictEqual(BrokerApis.lacking(apis), [])
    }))
})
