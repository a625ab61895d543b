/** What is not an order gets one clear answer, and changes nothing. */
import { assert, layer } from "@effect/vitest"
import { Effect } from "effect"
import { connect } from "node:net"
import * as TestGateway from "../TestGateway.ts"

const { order } = TestGateway

/** Fields that are wrong, as `field: message`. */
const wrong = ({ body }: TestGateway.Answer): ReadonlyArray<string> =>
  (body["errors"] as ReadonlyArray<{ readonly field: string; readonly message: string }>).map(({ field, message }) =>
    `${field}: ${message}`
  )

/** Writes something to a bare socket, and reads until the other side closes. */
const raw = (port: number, text: string) =>
  Effect.callback<string>((resume) => {
    let heard = ""
    const socket = connect(port, "127.0.0.1", () => socket.write(text))
    socket.on("data", (chunk: Buffer) => heard += chunk.toString())
    socket.on("error", () => resume(Effect.succeed(heard)))
    socket.on("close", () => resume(Effect.succeed(heard)))
    return Effect.sync(() => socket.destroy())
  })

layer(TestGateway.layer(), { excludeTestServices: true })("Bad input", (it) => {
  it.effect("a body that is no JSON object is an invalid body", () =>
    Effect.gen(function*() {
      const gateway = yield* TestGateway.TestGateway
      for (const body of ["", "{", "nonsense", "[]", "null", "7", `"text"`, "{\"a\":1}{", "\u0000"]) {
        const answer = yield* gateway.send(body)
        assert.strictEqual(answer.status, 400, body)
        assert.strictEqual(answer.body["error"], "Invalid request body", body)
        assert.strictEqual(answer.body["code"], "invalid_body", body)
        assert.strictEqual(answer.body["retryable"], false)
        assert.isString(answer.body["correlation_id"])
      }
    }))

  it.effect("a body that is no UTF-8 is an invalid body, and not an order under another id", () =>
    Effect.gen(function*() {
      const gateway = yield* TestGateway.TestGateway
      const bytes = new TextEncoder().encode(order({ request_id: "bad-*" }))
      bytes[bytes.indexOf("*".charCodeAt(0))] = 0xff
      const answer = yield* gateway.send(bytes)
      assert.strictEqual(answer.status, 400)
      assert.strictEqual(answer.body["code"], "invalid_body")
    }))

  it.effect("a field that is there twice is refused, on the hot route as by the framework", () =>
    Effect.gen(function*() {
      const gateway = yield* TestGateway.TestGateway
      const body = order({ request_id: "twice", payment_token: "a:b" }).replace("{", "{\"amount\":5,")
      const answer = yield* gateway.send(body)
      assert.strictEqual(answer.status, 400)
      assert.deepStrictEqual([answer.body["code"], wrong(answer)], ["validation_failed", ["amount: is there twice"]])
      const heard = yield* raw(
        gateway.port,
        "POST /buy HTTP/1.1\r\nhost: x\r\nconnection: close\r\ncontent-type: application/json\r\n" +
          `transfer-encoding: chunked\r\n\r\n${body.length.toString(16)}\r\n${body}\r\n0\r\n\r\n`
      )
      assert.include(heard, "HTTP/1.1 400 ")
      assert.include(heard, "\"errors\":[{\"field\":\"amount\",\"message\":\"is there twice\"}]")
      assert.strictEqual((yield* gateway.get("/orders/twice")).status, 404)
    }))

  it.effect("wrong fields are named one by one", () =>
    Effect.gen(function*() {
      const gateway = yield* TestGateway.TestGateway
      const all = yield* gateway.send("{}")
      assert.strictEqual(all.status, 400)
      assert.strictEqual(all.body["error"], "Validation failed")
      assert.deepStrictEqual(wrong(all), [
        "request_id: is required",
        "user_id: is required",
        "item_id: is required",
        "amount: is required"
      ])
      const user = "must be 1 to 100 characters out of letters, digits and '_.:@|+=~-', and not \".\" or \"..\""
      const item = "must be 1 to 100 characters out of letters, digits, '_', '.' and '-', and not \".\" or \"..\""
      const amount = "must be a whole number from 1 to 1000"
      const request = "must be 1 to 200 well-formed characters without controls, bidirectional or zero-width ones, " +
        "not blank, and not \".\" or \"..\""
      const cases: ReadonlyArray<readonly [string, unknown, string]> = [
        ["user_id", "", user],
        ["user_id", "a b", user],
        ["user_id", "x".repeat(101), user],
        ["user_id", 7, "must be a string"],
        ["item_id", "ä", item],
        ["item_id", "101\n", item],
        ["item_id", null, "must be a string"],
        ["request_id", "   ", request],
        ["request_id", "a\u0000b", request],
        ["request_id", "x".repeat(201), request],
        ["request_id", ".", request],
        ["request_id", "..", request],
        ["request_id", "safe\u202Eexe.fdp", request],
        ["request_id", "a\u200Bb", request],
        ["request_id", "\uFEFFa", request],
        ["request_id", "a\u2028b", request],
        ["request_id", "a\u{E0041}", request],
        ["amount", 0, amount],
        ["amount", 1001, amount],
        ["amount", 1.5, amount],
        ["amount", -1, amount],
        ["amount", "1", "must be a number"],
        ["amount", true, "must be a number"],
        ["payment_token", "", "must be 1 to 200 well-formed characters without control characters"]
      ]
      for (const [field, value, message] of cases) {
        const answer = yield* gateway.send(order({ [field]: value }))
        assert.strictEqual(answer.status, 400, field)
        assert.deepStrictEqual(wrong(answer), [`${field}: ${message}`])
      }
    }))

  it.effect("what the engine alone says of an order is not taken from its body", () =>
    Effect.gen(function*() {
      const gateway = yield* TestGateway.TestGateway
      yield* TestGateway.stock("101", 100)
      const claims = { status: "COMPLETED", attempt: 9, price: 1, currency: "EUR", correlation_id: "mine" }
      const times = { accepted_at: "2020-01-01T00:00:00.000Z", updated_at: "2020-01-01T00:00:00.000Z" }
      const sent = yield* gateway.send(JSON.stringify({
        request_id: "claims-1",
        user_id: "u-claims",
        item_id: "101",
        amount: 1,
        ...claims,
        ...times
      }))
      assert.strictEqual(sent.status, 202)
      const { body } = yield* gateway.get("/orders/claims-1")
      assert.deepInclude(body, { status: "PENDING", attempt: 1, correlation_id: sent.body["correlation_id"] })
      assert.notStrictEqual(body["correlation_id"], "mine")
      assert.isAbove(Date.parse(String(body["updated_at"])), Date.parse("2026-01-01"))
      assert.doesNotHaveAnyKeys(body, ["price", "currency", "user_id", "accepted_at"])
    }))

  it.effect("an odd body that is an order is accepted", () =>
    Effect.gen(function*() {
      const gateway = yield* TestGateway.TestGateway
      yield* TestGateway.stock("101", 100)
      const odd = [
        `{"__proto__":{"amount":7},"constructor":1,${order({ request_id: "odd-1" }).slice(1)}`,
        `{"deep":${"[".repeat(2_000)}${"]".repeat(2_000)},${order({ request_id: "odd-2" }).slice(1)}`
      ]
      for (const body of odd) assert.strictEqual((yield* gateway.send(body)).status, 202)
      const charset = yield* gateway.send(order({ request_id: "odd-4" }), {
        "content-type": "application/json; charset=utf-8"
      })
      assert.strictEqual(charset.status, 202)
    }))

  it.effect("a request that is too large, of another type, or for an unknown path says so", () =>
    Effect.gen(function*() {
      const gateway = yield* TestGateway.TestGateway
      const large = yield* gateway.send(order({ padding: "x".repeat(17_000) }))
      assert.strictEqual(large.status, 413)
      assert.strictEqual(large.body["code"], "body_too_large")
      for (const type of ["text/plain", "application/x-www-form-urlencoded", "application/xml"]) {
        const other = yield* gateway.send(order(), { "content-type": type })
        assert.strictEqual(other.status, 415, type)
        assert.strictEqual(other.body["code"], "unsupported_media_type")
      }
      const nowhere = yield* gateway.get("/nowhere")
      assert.strictEqual(nowhere.status, 404)
      assert.strictEqual(nowhere.body["code"], "not_found")
      assert.strictEqual((yield* gateway.get("/buy")).status, 405)
      assert.strictEqual((yield* gateway.get(`/orders/${"x".repeat(201)}`)).status, 400)
      const longest = yield* gateway.get(`/orders/${encodeURIComponent("€".repeat(200))}`)
      assert.strictEqual(longest.body["code"], "unknown_order")
      assert.strictEqual((yield* gateway.get("/items/a%20b")).status, 400)
      assert.strictEqual((yield* gateway.get("/orders/%")).status, 404)
    }))

  it.effect("a body without end ends in a closed socket", () =>
    Effect.gen(function*() {
      const gateway = yield* TestGateway.TestGateway
      const heads = yield* raw(gateway.port, `GET /health HTTP/1.1\r\nhost: x\r\nx: ${"y".repeat(100_000)}\r\n\r\n`)
      assert.match(heads, /^HTTP\/1.1 431 /)
      const rubbish = yield* raw(gateway.port, "\u0000\u0001 nonsense\r\n\r\n")
      assert.match(rubbish, /^HTTP\/1.1 400 /)
      const slow = yield* raw(gateway.port, "POST /buy HTTP/1.1\r\nhost: x\r\n")
      assert.match(slow, /^HTTP\/1.1 408 /)
      assert.strictEqual((yield* gateway.get("/health")).status, 200)
    }))
})
