/** Payment tokens at the door: never the number of a card, and encrypted in the log by a gateway that has a key. */
import { assert, describe, it } from "@effect/vitest"
import { LogReader } from "@flash-sale/domain/ports/LogReader"
import { ItemId, RequestId } from "@flash-sale/domain/records/Ids"
import * as LogRecord from "@flash-sale/domain/records/LogRecord"
import { home } from "@flash-sale/domain/records/Partition"
import { isEncryptedToken, PaymentToken } from "@flash-sale/domain/records/PaymentToken"
import * as Infra from "@flash-sale/infra/Infra"
import * as AesTokenCipher from "@flash-sale/infra/payment/AesTokenCipher"
import * as SqliteInfra from "@flash-sale/infra/sqlite/SqliteInfra"
import { Effect, Layer, Option, Stream } from "effect"
import { readdirSync, readFileSync } from "node:fs"
import { join } from "node:path"
import { keysOf } from "../../infra/payment/Keys.ts"
import * as Folders from "../../infra/sqlite/Folders.ts"
import * as TestGateway from "../TestGateway.ts"

const { order } = TestGateway
const TOKEN = "tok_secret-of-the-buyer"
const keys = keysOf("k1")
const itemId = ItemId.make("101")

const engineIn = (folder: string) =>
  TestGateway.layerOver(SqliteInfra.layer({ folder })).pipe(Layer.provide(Infra.layerTokens(keys)))

describe("Payment tokens at the gateway", () => {
  for (const way of ["send", "sendInChunks"] as const) {
    it.live(`the number of a card, and what seems to be encrypted, is refused by name: ${way}`, () =>
      Effect.gen(function*() {
        const gateway = yield* TestGateway.TestGateway
        yield* TestGateway.stock("101", 5)
        const cases = [
          ["4111 1111-1111 1111", "must be a token of the payment provider, and never the number of a card"],
          ["378282246310005", "must be a token of the payment provider, and never the number of a card"],
          ["enc1.k1.a.b", "must not begin with \"enc1.\", as the engine's encrypted tokens do"]
        ] as const
        for (const [token, message] of cases) {
          const answer = yield* gateway[way](order({ request_id: "card", payment_token: token }))
          assert.strictEqual(answer.status, 400)
          assert.deepStrictEqual(answer.body["errors"], [{ field: "payment_token", message }])
          assert.notInclude(answer.text, token)
        }
        assert.strictEqual((yield* gateway.get("/orders/card")).status, 404)
        // A check digit that is wrong: no card's number.
        const other = yield* gateway[way](order({ request_id: "no-card", payment_token: "4111111111111112" }))
        assert.strictEqual(other.status, 202)
      }).pipe(Effect.provide(TestGateway.layer())))
  }

  it.live("nothing on disk holds the token, its order is charged by it, and a retry with another one is the same", () =>
    Effect.gen(function*() {
      const folder = yield* Folders.temporary
      yield* Effect.gen(function*() {
        const gateway = yield* TestGateway.TestGateway
        yield* TestGateway.stock("101", 5)
        const accepted = yield* gateway.send(order({ request_id: "r-1", payment_token: TOKEN }))
        assert.strictEqual(accepted.status, 202)
        const declined = yield* gateway.send(order({ request_id: "r-2", payment_token: "decline-it" }))
        assert.strictEqual(declined.status, 202)
        yield* TestGateway.until(gateway.get("/orders/r-1"), ({ body }) => body["status"] === "COMPLETED")
        // The simulator reads the token, so it was decrypted for the charge.
        yield* TestGateway.until(gateway.get("/orders/r-2"), ({ body }) => body["status"] === "FAILED_PAYMENT")
        const again = yield* gateway.send(order({ request_id: "r-1", payment_token: "tok_another" }))
        assert.deepStrictEqual([again.status, again.body["order_status"]], [409, "COMPLETED"])
      }).pipe(Effect.provide(engineIn(folder)))

      for (const name of readdirSync(folder)) {
        const bytes = readFileSync(join(folder, name)).toString("latin1")
        assert.notInclude(bytes, TOKEN, name)
        assert.notInclude(bytes, "decline-it", name)
      }
      const records = yield* Effect.gen(function*() {
        const { bounds, partitions, read } = yield* LogReader
        const partition = home(itemId, yield* partitions)
        const { end, start } = yield* bounds(partition)
        return (yield* Stream.runCollect(read(partition, start, end))).flat()
      }).pipe(Effect.provide(Infra.layerItemsBeside({ dataDir: folder })))
      const tokens = records.flatMap((record) => {
        const command = LogRecord.decode(itemId, record)
        return command._tag === "Place" ? [command.order] : []
      })
      assert.deepStrictEqual(tokens.map(({ requestId }) => String(requestId)), ["r-1", "r-2"])
      const [first] = tokens
      const encrypted = Option.getOrThrow(Option.fromUndefinedOr(first?.paymentToken))
      assert.isTrue(isEncryptedToken(encrypted))
      if (isEncryptedToken(encrypted)) {
        const owner = { itemId, requestId: RequestId.make("r-1") }
        assert.strictEqual(AesTokenCipher.make(keys).decrypt(encrypted, owner), PaymentToken.make(TOKEN))
      }
    }))
})
