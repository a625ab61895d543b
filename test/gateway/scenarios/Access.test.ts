/** Who is let in: new tokens, tokens that cannot be checked, those who fail too often, and what others' orders tell. */
import { assert, layer } from "@effect/vitest"
import { OrderStatuses } from "@flash-sale/domain/ports/OrderStatuses"
import { CorrelationId, ItemId, RequestId, UserId } from "@flash-sale/domain/records/Ids"
import { fingerprint } from "@flash-sale/domain/records/Order"
import { CREDENTIAL_FAILURES } from "@flash-sale/gateway/access/CredentialChecks"
import { BUYER_FAILURES } from "@flash-sale/gateway/access/Gatekeeper"
import { Effect, Fiber, Latch } from "effect"
import * as Clients from "../../servers/Clients.ts"
import { Faults } from "../FaultSwitches.ts"
import { CallerSwitches } from "../TestCallers.ts"
import * as TestGateway from "../TestGateway.ts"

const TEST_TIMEOUT = 30_000
/** What proxies have in front of them is counted by what they say. */
const PROXY = [{ address: "127.0.0.1", prefix: 32, family: "ipv4" as const }]

const headersOf = (authorization: string, more: Readonly<Record<string, string>> = {}) => ({
  "content-type": "application/json",
  authorization,
  ...more
})

let sent = 0
/** Sends an order of this user, by a plain request or by one that the framework serves. */
const buy = (authorization: string, user: string, way: "send" | "sendInChunks", more?: Record<string, string>) =>
  Effect.flatMap(TestGateway.TestGateway, (gateway) =>
    gateway[way](
      TestGateway.order({ request_id: `r-${sent++}`, user_id: user, item_id: "wanted" }),
      headersOf(authorization, more)
    ))

const get = (path: string, authorization: string) =>
  Effect.flatMap(TestGateway.TestGateway, ({ port }) =>
    Effect.promise(async () => {
      const response = await fetch(`http://127.0.0.1:${port}${path}`, { headers: { authorization } })
      return { status: response.status, headers: response.headers, text: await response.text() }
    }))

const codeOf = ({ body, status }: TestGateway.Answer): string => `${status} ${body["code"]}`
const metric = (name: string) =>
  Effect.map(
    Effect.flatMap(TestGateway.TestGateway, (gateway) => gateway.get("/metrics")),
    ({ text }) => Number(text.split("\n").find((line) => line.startsWith(`${name} `))?.split(" ")[1])
  )
const failures = (reason: string) => metric(`gateway_auth_failures_total{reason="${reason}"}`)

/** Everything that an answer shows, but for what is another for each. */
const shown = (
  { headers, status, text }: { readonly status: number; readonly headers: Headers; readonly text: string }
) => {
  const own = headers.get("x-correlation-id") ?? ""
  const shownHeaders = [...headers].filter(([name]) => name !== "date")
  return JSON.stringify([status, shownHeaders, text]).replaceAll(own, "")
}

/** Checks of tokens wait, until this is over. */
const whileChecksWait = <A, E, R>(use: (open: Effect.Effect<unknown>) => Effect.Effect<A, E, R>) =>
  Effect.gen(function*() {
    const switches = yield* CallerSwitches
    const latch = yield* Latch.make()
    switches.wait = latch.await
    const end = Effect.suspend(() => {
      switches.wait = Effect.void
      return latch.open
    })
    return yield* Effect.ensuring(use(end), end)
  })

layer(TestGateway.layer({ auth: "required" }), { excludeTestServices: true, timeout: TEST_TIMEOUT })(
  "A new token",
  (it) => {
    for (const way of ["send", "sendInChunks"] as const) {
      it.effect(`is checked, and then is known (${way})`, () =>
        Effect.gen(function*() {
          yield* TestGateway.stock("wanted", 100)
          const switches = yield* CallerSwitches
          const { checks } = switches
          const order = buy(`Bearer buyer new-${way}`, `new-${way}`, way)
          const answer = yield* whileChecksWait(Effect.fnUntraced(function*(open) {
            const sending = yield* Effect.forkChild(order)
            yield* Clients.until(() => switches.waiting === 1)
            assert.isUndefined(sending.pollUnsafe())
            yield* open
            return yield* Fiber.join(sending)
          }))
          assert.strictEqual(answer.status, 202)
          assert.strictEqual((yield* order).status, 202)
          assert.strictEqual(switches.checks, checks + 1)
        }))
    }

    it.effect("of an order whose body comes after its head, or not at all, keeps nothing", () =>
      Effect.gen(function*() {
        const { port } = yield* TestGateway.TestGateway
        const switches = yield* CallerSwitches
        const body = TestGateway.order({ request_id: "late", user_id: "late", item_id: "wanted" })
        const head = (token: string) =>
          "POST /buy HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\n" +
          `authorization: Bearer buyer ${token}\r\ncontent-length: ${body.length}\r\n\r\n`
        const open = metric("gateway_connections")
        yield* whileChecksWait(Effect.fnUntraced(function*(goOn) {
          const [late, gone, whole] = yield* Effect.all([1, 2, 3].map(() => Clients.connected(port)))
          late!.say(head("late"))
          gone!.say(head("gone"))
          whole!.say(head("late") + body.replace("late", "hung-up"))
          yield* Clients.until(() => switches.waiting === 3)
          gone!.socket.destroy()
          whole!.socket.destroy()
          yield* goOn
          yield* Clients.until(() => switches.waiting === 0)
          late!.say(body)
          yield* Clients.until(() => late!.heard().includes("HTTP/1.1 202"))
          late!.socket.destroy()
        }))
        // That of the question itself.
        yield* Effect.repeat(open, { until: (connections) => connections <= 1 })
      }).pipe(Effect.scoped))

    it.effect("that cannot be checked now is 503, and the same order is taken afterwards", () =>
      Effect.gen(function*() {
        const switches = yield* CallerSwitches
        switches.isAway = true
        for (const way of ["send", "sendInChunks"] as const) {
          const answer = yield* buy("Bearer buyer away", "away", way)
          assert.strictEqual(codeOf(answer), "503 keys_unavailable")
          assert.strictEqual(answer.headers.get("retry-after"), "1")
          assert.isTrue(answer.body["retryable"])
        }
        switches.isAway = false
        assert.strictEqual((yield* buy("Bearer buyer away", "away", "send")).status, 202)
        assert.strictEqual(yield* failures("keys_unavailable"), 2)
        assert.strictEqual(yield* metric("gateway_orders_failures_total{reason=\"keys_unavailable\"}"), 2)
      }))
  }
)

layer(TestGateway.layer({ auth: "required" }), { excludeTestServices: true, timeout: TEST_TIMEOUT })(
  "Wrong keys and tokens of one address",
  (it) => {
    it.effect("are not checked any more when there were too many; who is known goes on", () =>
      Effect.gen(function*() {
        yield* TestGateway.stock("wanted", 100)
        const switches = yield* CallerSwitches
        assert.strictEqual((yield* buy("Bearer buyer known", "known", "send")).status, 202)
        for (let n = 0; n < CREDENTIAL_FAILURES.max; n++) {
          const way = n % 2 === 0 ? "send" as const : "sendInChunks" as const
          assert.strictEqual(codeOf(yield* buy(`Bearer wrong-${n}`, "x", way)), "401 unauthenticated")
        }
        const { checks } = switches
        for (const authorization of ["Bearer wrong", "Bearer buyer new", "Bearer expired-key", "Basic x"]) {
          for (const way of ["send", "sendInChunks"] as const) {
            // What the header says of its address counts for nothing.
            const answer = yield* buy(authorization, "new", way, { "x-forwarded-for": `192.0.2.${checks % 200}` })
            assert.strictEqual(codeOf(answer), "429 too_many_failures", authorization)
            const seconds = Number(answer.headers.get("retry-after"))
            assert.isTrue(seconds >= 1 && seconds <= 60)
            assert.strictEqual(answer.body["retry_after_seconds"], seconds)
            assert.isNull(answer.headers.get("www-authenticate"))
          }
        }
        assert.strictEqual(switches.checks, checks)
        assert.strictEqual((yield* get("/orders/r-0", "Bearer wrong")).status, 429)
        for (const authorization of ["Bearer buyer known", "Bearer shop"]) {
          assert.strictEqual((yield* buy(authorization, "known", "send")).status, 202)
        }
        // Who sends nothing guesses nothing.
        const gateway = yield* TestGateway.TestGateway
        assert.strictEqual(codeOf(yield* gateway.send(TestGateway.order())), "401 unauthenticated")
        assert.strictEqual(yield* failures("too_many_failures"), 9)
        const letIn = yield* Effect.forEach(["nobody", "key", "buyer"], (caller) =>
          metric(`gateway_callers_total{caller="${caller}"}`))
        assert.deepStrictEqual(letIn, [0, 1, 2])
        assert.strictEqual(yield* failures("unauthenticated"), CREDENTIAL_FAILURES.max + 1)
      }))
  }
)

layer(TestGateway.layer({ trustedProxies: PROXY }), { excludeTestServices: true, timeout: TEST_TIMEOUT })(
  "Behind a proxy that is trusted",
  (it) => {
    it.effect("wrong keys count for the client that the proxy names, by its network where that is IPv6", () =>
      Effect.gen(function*() {
        yield* TestGateway.stock("wanted", 100)
        const wrong = (client: string) => buy("Bearer wrong", "x", "send", { "x-forwarded-for": client })
        for (let n = 0; n < CREDENTIAL_FAILURES.max; n++) {
          assert.strictEqual((yield* wrong(`198.51.100.1, 192.0.2.${n}, 2001:db8::${n}`)).status, 401)
        }
        assert.strictEqual((yield* wrong("2001:db8::ffff")).status, 429)
        for (const other of ["192.0.2.1", "198.51.100.1", "2001:db8:0:1::1"]) {
          assert.strictEqual((yield* wrong(other)).status, 401, other)
        }
      }))
  }
)

layer(TestGateway.layer({ auth: "required" }), { excludeTestServices: true, timeout: TEST_TIMEOUT })(
  "An order of somebody else, for a buyer",
  (it) => {
    const requestId = RequestId.make("of-alice")
    const order = { userId: UserId.make("alice"), itemId: ItemId.make("wanted"), amount: 1 }
    const paths = (id: string) => [`/orders/${id}`, `/orders/${id}/events`]

    it.effect("is an order that nobody knows, in every byte, while it is placed and afterwards", () =>
      Effect.gen(function*() {
        yield* TestGateway.stock("wanted", 100)
        const statuses = yield* OrderStatuses
        const request = {
          ...order,
          requestId,
          fingerprint: fingerprint(order),
          correlationId: CorrelationId.make("placed")
        }
        const policy = { owner: "test", leaseMillis: 60_000, maxRequests: 10, windowMillis: 60_000 }
        yield* statuses.admit([request], policy)
        const isUnknown = Effect.gen(function*() {
          for (const [index, path] of paths(requestId).entries()) {
            const theirs = yield* get(path, "Bearer buyer bob")
            assert.strictEqual(theirs.status, 404)
            assert.strictEqual(shown(theirs), shown(yield* get(paths("nobodys")[index]!, "Bearer buyer bob")))
          }
        })
        yield* isUnknown
        assert.strictEqual((yield* get(`/orders/${requestId}`, "Bearer buyer alice")).status, 503)
        yield* statuses.confirm([{ owner: "test", requestId }])
        yield* isUnknown
        assert.include((yield* get(`/orders/${requestId}`, "Bearer buyer alice")).text, "PENDING")
        assert.include((yield* get(`/orders/${requestId}`, "Bearer shop")).text, "PENDING")
      }))

    it.effect("is kept by no proxy and no browser, whoever asks", () =>
      Effect.gen(function*() {
        for (const as of ["Bearer buyer alice", "Bearer buyer bob", "Bearer shop", "Bearer nonsense"]) {
          const { headers } = yield* get(`/orders/${requestId}`, as)
          assert.strictEqual(headers.get("cache-control"), "no-store", as)
        }
      }))

    it.effect("is 503 where an order that nobody knows is", () =>
      Effect.gen(function*() {
        const faults = yield* Faults
        faults.store = "away"
        const [theirs, nobodys] = yield* Effect.all([
          get(`/orders/${requestId}`, "Bearer buyer bob"),
          get("/orders/nobodys", "Bearer buyer bob")
        ])
        faults.store = "fine"
        assert.strictEqual(theirs.status, 503)
        assert.strictEqual(shown(theirs), shown(nobodys))
        // For a while after the store was away nobody is told that there is no such order.
        const later = yield* Effect.all([
          get(`/orders/${requestId}`, "Bearer buyer bob"),
          get("/orders/nobodys", "Bearer buyer bob")
        ])
        assert.strictEqual(later[0].status, 503)
        assert.strictEqual(shown(later[0]), shown(later[1]))
      }))
  }
)

layer(TestGateway.layer({ auth: "required" }), { excludeTestServices: true, timeout: TEST_TIMEOUT })(
  "A buyer who asks for what is not the buyer's",
  (it) => {
    it.effect("is not answered any more after too many, whether there was something or not", () =>
      Effect.gen(function*() {
        yield* TestGateway.stock("wanted", 100)
        assert.strictEqual((yield* buy("Bearer shop", "alice", "send")).status, 202)
        const id = `r-${sent - 1}`
        for (let n = 0; n < BUYER_FAILURES.max; n++) {
          if (n % 3 === 0) assert.strictEqual(codeOf(yield* buy("Bearer buyer bob", "alice", "send")), "403 wrong_user")
          else {assert.strictEqual(
              (yield* get(n % 3 === 1 ? `/orders/${id}` : "/orders/no", "Bearer buyer bob")).status,
              404
            )}
        }
        const denied = yield* get(`/orders/${id}`, "Bearer buyer bob")
        assert.strictEqual(denied.status, 429)
        assert.include(denied.text, "too_many_failures")
        assert.strictEqual((yield* buy("Bearer buyer bob wanted", "bob", "send")).status, 429)
        // It is the buyer's count, and nobody else's at this address.
        assert.strictEqual((yield* get(`/orders/${id}`, "Bearer buyer alice")).status, 200)
        assert.strictEqual(yield* failures("wrong_user"), BUYER_FAILURES.max / 3)
        assert.strictEqual(yield* failures("unknown_order"), BUYER_FAILURES.max * 2 / 3)
      }))
  }
)

layer(TestGateway.layer({ maxInFlight: 5, keyMaxInFlight: 2 }), { excludeTestServices: true, timeout: TEST_TIMEOUT })(
  "A key's quota",
  (it) => {
    it.effect("keeps one key from taking every place, and is given back", () =>
      Effect.gen(function*() {
        yield* TestGateway.stock("wanted", 100)
        const faults = yield* Faults
        faults.log = "held"
        const sending = yield* Effect.forEach(
          Array.from({ length: 10 }, (_, n) => n % 2 === 0 ? "send" as const : "sendInChunks" as const),
          (way) => Effect.forkChild(buy("Bearer script", "u", way))
        )
        const answered = () => sending.filter((each) => each.pollUnsafe() !== undefined)
        yield* Clients.until(() => answered().length === 8)
        for (const answer of yield* Effect.forEach(answered(), Fiber.join)) {
          assert.strictEqual(codeOf(answer), "429 quota_exceeded")
          assert.strictEqual(answer.headers.get("retry-after"), "1")
          assert.isNull(answer.headers.get("ratelimit"))
        }
        const others = yield* Effect.forEach(["Bearer shop", "Bearer buyer u"], (authorization) =>
          Effect.forkChild(buy(authorization, "u", "send")))
        faults.log = "fine"
        const statuses = yield* Effect.forEach([...sending, ...others], (each) =>
          Effect.map(Fiber.join(each), ({ status }) =>
            status))
        assert.deepStrictEqual(
          statuses.filter((status) =>
            status !== 429
          ),
          [202, 202, 202, 202]
        )
        assert.strictEqual((yield* buy("Bearer script", "u", "send")).status, 202)
        assert.strictEqual(yield* metric("gateway_orders_refused_total{reason=\"quota_exceeded\"}"), 8)
      }))
  }
)
