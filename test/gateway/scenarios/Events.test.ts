/** Server-sent events over a real socket: what a subscriber gets, and that it costs the others nothing. */
import { assert, describe, it as test, layer } from "@effect/vitest"
import { type LiveEvent, LiveEvents } from "@flash-sale/domain/ports/LiveEvents"
import type * as Gateway from "@flash-sale/gateway/Gateway"
import * as SqliteInfra from "@flash-sale/infra/sqlite/SqliteInfra"
import { Context, Duration, Effect, Exit, Fiber, Layer, Option, References, Schedule, Scope, Stream } from "effect"
import { connect } from "node:net"
import * as Clients from "../../servers/Clients.ts"
import * as TestGateway from "../TestGateway.ts"

interface Heard {
  readonly event: string
  readonly id: string | undefined
  readonly data: Readonly<Record<string, unknown>>
}

interface Listening {
  readonly status: number
  readonly headers: Headers
  /** The next event that fits; undefined where the stream has ended before. */
  readonly next: (isIt?: (heard: Heard) => boolean) => Promise<Heard | undefined>
  readonly close: () => void
}

/** One block of a stream; comments and the field `retry` are read over. */
const parse = (block: string): Heard | undefined => {
  const fields = new Map(
    block.split("\n").map((line) => [line.slice(0, line.indexOf(":")), line.slice(line.indexOf(": ") + 2)])
  )
  const data = fields.get("data")
  return data === undefined
    ? undefined
    : { event: fields.get("event") ?? "message", id: fields.get("id"), data: JSON.parse(data) }
}

/** Listens until the test's scope closes, or it is closed. */
const listen = (path: string, lastEventId?: string) =>
  Effect.gen(function*() {
    const { port } = yield* TestGateway.TestGateway
    const aborting = new AbortController()
    yield* Effect.addFinalizer(() => Effect.sync(() => aborting.abort()))
    const response = yield* Effect.promise(() =>
      fetch(`http://127.0.0.1:${port}${path}`, {
        signal: aborting.signal,
        headers: lastEventId === undefined ? {} : { "last-event-id": lastEventId }
      })
    )
    const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader()
    let text = ""
    const next: Listening["next"] = async (isIt = () => true) => {
      while (true) {
        const end = text.indexOf("\n\n")
        if (end >= 0) {
          const heard = parse(text.slice(0, end))
          text = text.slice(end + 2)
          if (heard !== undefined && isIt(heard)) return heard
          continue
        }
        const { done, value } = await reader!.read()
        if (done) return undefined
        text += value
      }
    }
    return {
      status: response.status,
      headers: response.headers,
      next,
      close: () => aborting.abort()
    } satisfies Listening
  })

const soon = <A>(promise: () => Promise<A>) => Effect.timeout(Effect.promise(promise), "5 seconds")

/** How often the port was called, and how many followers there are now. */
class Calls extends Context.Service<Calls, { follows: number; following: number }>()("test/Calls") {}

type Follow = LiveEvents["Service"]["follow"]

/** Live events whose calls are counted; `instead` is followed where it is given. */
const counted = (instead?: Follow) =>
  Layer.effect(
    LiveEvents,
    Effect.gen(function*() {
      const live = yield* LiveEvents
      const calls = yield* Calls
      return LiveEvents.of({
        ...live,
        follow: (itemId, after) =>
          Stream.unwrap(Effect.gen(function*() {
            calls.follows++
            calls.following++
            yield* Effect.addFinalizer(() => Effect.sync(() => calls.following--))
            return (instead ?? live.follow)(itemId, after)
          }))
      })
    })
  )

/** Longer than until a stream reads the status again: a client that joins after an order was reserved gets it then. */
const PAYMENT = Duration.millis(1_500)

const engine = (change: Partial<Gateway.Settings> = {}, instead?: Follow) =>
  TestGateway.layerGateway(change).pipe(
    Layer.provideMerge(TestGateway.processor(PAYMENT)),
    Layer.provideMerge(counted(instead)),
    Layer.provideMerge(Layer.orDie(SqliteInfra.layerMemory)),
    Layer.provideMerge(Layer.sync(Calls, () => ({ follows: 0, following: 0 }))),
    Layer.provideMerge(Layer.succeed(References.MinimumLogLevel, "None"))
  )

const until = (isIt: () => boolean) => Effect.repeat(Effect.sleep("10 millis"), { until: isIt })
const available = (heard: Heard | undefined) => heard?.data["available"]

layer(engine(), { excludeTestServices: true })("Events of an item", (it) => {
  it.effect("an item's events are a snapshot first, then changes, and go on where they were left", () =>
    Effect.gen(function*() {
      yield* TestGateway.stock("a", 5)
      const first = yield* listen("/items/a/events")
      assert.strictEqual(first.status, 200)
      assert.match(first.headers.get("content-type") ?? "", /^text\/event-stream/)
      assert.strictEqual(first.headers.get("cache-control"), "no-cache")
      const snapshot = yield* soon(first.next)
      const { now, ...item } = snapshot!.data
      assert.strictEqual(snapshot?.event, "snapshot")
      assert.deepStrictEqual(item, { item_id: "a", available: 5, held: 0, sold: 0, sale: { paused: false } })
      // A countdown begins with the gateway's clock.
      assert.isAtMost(Math.abs(Date.parse(String(now)) - Date.now()), 60_000)
      yield* TestGateway.stock("a", 1)
      const change = yield* soon(first.next)
      assert.deepStrictEqual([change?.event, change?.data], ["change", { available: 6, held: 0, sold: 0 }])
      assert.isString(change?.id)
      first.close()
      yield* TestGateway.stock("a", 1)
      yield* TestGateway.stock("a", 1)
      const second = yield* listen("/items/a/events", change?.id)
      assert.deepStrictEqual([available(yield* soon(second.next)), available(yield* soon(second.next))], [7, 8])
      const again = yield* soon(second.next)
      assert.deepStrictEqual([again?.event, available(again)], ["snapshot", 8])
      yield* TestGateway.stock("a", 1)
      assert.strictEqual(available(yield* soon(second.next)), 9)
    }).pipe(Effect.scoped))

  it.effect("an item's events show changed settings, also when no order moved", () =>
    Effect.gen(function*() {
      yield* TestGateway.stock("b", 5)
      const listening = yield* listen("/items/b/events")
      yield* soon(listening.next)
      // Twice, so that one of them is not the read soon after the feed's start.
      for (const paused of [true, false]) {
        const startedAt = performance.now()
        yield* TestGateway.sale("b", { paused })
        const isOfSale = (event: { readonly event: string } | undefined) => event?.event === "snapshot"
        const snapshot = yield* Effect.repeat(soon(listening.next), { until: isOfSale })
        assert.deepStrictEqual(snapshot?.data["sale"], { paused })
        assert.isBelow(performance.now() - startedAt, 2_000)
      }
    }).pipe(Effect.scoped))

  it.effect("events of an unknown item are refused, and the document lists them", () =>
    Effect.gen(function*() {
      const gateway = yield* TestGateway.TestGateway
      const unknown = yield* gateway.get("/items/nothing/events")
      assert.deepStrictEqual([unknown.status, unknown.body["code"]], [404, "unknown_item"])
      const { body } = yield* gateway.get("/openapi.json")
      assert.containsAllKeys(body["paths"], ["/orders/{request_id}/events", "/items/{item_id}/events"])
    }))

  it.effect("of an item that nobody knows no event is read", () =>
    Effect.gen(function*() {
      const gateway = yield* TestGateway.TestGateway
      const calls = yield* Calls
      yield* until(() => calls.following === 0)
      calls.follows = 0
      const answers = yield* Effect.all(Array.from({ length: 20 }, (_, n) => gateway.get(`/items/no-${n}/events`)), {
        concurrency: "unbounded"
      })
      assert.deepStrictEqual([...new Set(answers.map(({ status }) => status))], [404])
      assert.deepStrictEqual({ ...calls }, { follows: 0, following: 0 })
    }))

  it.effect("an item's events are read once for all subscribers, and not at all without one", () =>
    Effect.gen(function*() {
      const calls = yield* Calls
      yield* until(() => calls.following === 0)
      calls.follows = 0
      yield* TestGateway.stock("c", 1)
      const crowd = yield* Effect.all(Array.from({ length: 40 }, () => listen("/items/c/events")), {
        concurrency: "unbounded"
      })
      for (const one of crowd) assert.strictEqual(available(yield* soon(one.next)), 1)
      yield* TestGateway.stock("c", 1)
      for (const one of crowd) assert.strictEqual(available(yield* soon(one.next)), 2)
      assert.deepStrictEqual({ ...calls }, { follows: 1, following: 1 })
      for (const one of crowd) one.close()
      yield* until(() => calls.following === 0)
    }).pipe(Effect.scoped))
})

layer(engine(), { excludeTestServices: true })("Events of an order", (it) => {
  it.effect("an order's events end after its final status, and at once for a client that has had it", () =>
    Effect.gen(function*() {
      const gateway = yield* TestGateway.TestGateway
      yield* TestGateway.stock("101", 5)
      yield* gateway.send(TestGateway.order({ request_id: "a/1" }))
      const listening = yield* listen("/orders/a%2F1/events")
      const heard: Array<Heard> = []
      for (let next = yield* soon(listening.next); next !== undefined; next = yield* soon(listening.next)) {
        heard.push(next)
      }
      assert.deepStrictEqual([heard[0]?.event, heard[0]?.data["request_id"]], ["snapshot", "a/1"])
      const statuses = heard.map(({ data }) => data["status"])
      assert.deepStrictEqual(statuses.filter((status) => status !== "PENDING"), ["RESERVED", "COMPLETED"])
      const last = heard.at(-1)
      assert.deepStrictEqual([last?.event, last?.id], ["change", "1-COMPLETED"])
      assert.strictEqual((yield* listen("/orders/a%2F1/events", last?.id)).status, 204)
      const missed = yield* listen("/orders/a%2F1/events", heard.at(-2)?.id)
      assert.strictEqual((yield* soon(missed.next))?.data["status"], "COMPLETED")
      assert.isUndefined(yield* soon(missed.next))
      assert.strictEqual((yield* gateway.get("/orders/nothing/events")).status, 404)
    }).pipe(Effect.scoped))

  it.effect("of an order that nobody knows, or that is over, no event is read", () =>
    Effect.gen(function*() {
      const gateway = yield* TestGateway.TestGateway
      const calls = yield* Calls
      yield* TestGateway.stock("103", 1)
      yield* gateway.send(TestGateway.order({ request_id: "over", item_id: "103" }))
      yield* TestGateway.until(gateway.get("/orders/over"), ({ body }) => body["status"] === "COMPLETED")
      yield* until(() => calls.following === 0)
      calls.follows = 0
      assert.strictEqual((yield* gateway.get("/orders/nothing/events")).status, 404)
      const over = yield* gateway.get("/orders/over/events")
      assert.strictEqual(over.status, 200)
      assert.include(over.text, "\"status\":\"COMPLETED\"")
      assert.deepStrictEqual({ ...calls }, { follows: 0, following: 0 })
    }))

  it.effect("an order's events share the reader of its item", () =>
    Effect.gen(function*() {
      const gateway = yield* TestGateway.TestGateway
      const calls = yield* Calls
      yield* TestGateway.stock("102", 10)
      yield* until(() => calls.following === 0)
      calls.follows = 0
      const ids = Array.from({ length: 10 }, (_, n) => `s-${n}`)
      yield* Effect.all(ids.map((request_id) => gateway.send(TestGateway.order({ request_id, item_id: "102" }))), {
        concurrency: "unbounded"
      })
      const crowd = yield* Effect.all(ids.map((id) => listen(`/orders/${id}/events`)), { concurrency: "unbounded" })
      for (const one of crowd) {
        assert.isDefined(yield* soon(() => one.next(({ data }) => data["status"] === "COMPLETED")))
        assert.isUndefined(yield* soon(one.next))
      }
      assert.strictEqual(calls.follows, 1)
    }).pipe(Effect.scoped))
})

/** Asks, and reads nothing of the answer. */
const stall = (path: string) =>
  Effect.gen(function*() {
    const { port } = yield* TestGateway.TestGateway
    const socket = connect(port, "127.0.0.1", () => socket.write(`GET ${path} HTTP/1.1\r\nhost: x\r\n\r\n`))
    socket.pause()
    socket.on("error", () => undefined)
    yield* Effect.addFinalizer(() => Effect.sync(() => socket.destroy()))
  })

/** More in each round than any socket takes in. */
const flood: Follow = () => {
  const round = (n: number): ReadonlyArray<LiveEvent> =>
    Array.from({ length: 20_000 }, (_, k) => ({
      id: `${n}-${k}`,
      event: { available: n, held: 0, sold: 0, orders: [] }
    }))
  return Stream.paginate(1, (n) => Effect.succeed([round(n), Option.some(n + 1)] as const))
}

layer(engine({ maxListeners: 2 }, flood), { excludeTestServices: true })("Subscribers", (it) => {
  it.effect(
    "a subscriber that does not read is cut off, without harm to others; too many are refused",
    () =>
      Effect.gen(function*() {
        const gateway = yield* TestGateway.TestGateway
        yield* TestGateway.stock("101", 1)
        yield* stall("/items/101/events")
        const good = yield* listen("/items/101/events")
        yield* soon(good.next)
        const more = yield* Effect.repeat(gateway.get("/items/101/events"), {
          until: ({ status }) => status !== 200,
          times: 1
        })
        assert.deepStrictEqual([more.status, more.body["code"]], [503, "overloaded"])
        assert.strictEqual(more.headers.get("retry-after"), "1")
        let rounds = 0
        yield* Effect.forkScoped(Effect.promise(async () => {
          for (let last = -1;; rounds++) {
            const event = await good.next(({ data }) => Number(data["available"]) > last)
            if (event === undefined) return
            last = Number(available(event))
          }
        }))
        // The slow one's place is free again.
        const third = yield* Effect.repeat(listen("/items/101/events"), {
          until: ({ status }) => status === 200,
          schedule: Schedule.spaced("50 millis")
        })
        assert.strictEqual(third.status, 200)
        const then = rounds
        assert.isAbove(then, 3)
        yield* until(() => rounds > then + 2)
      }).pipe(Effect.scoped),
    20_000
  )
})

layer(engine({ maxListeners: 2 }), { excludeTestServices: true })("Streams of one connection", (it) => {
  it.effect("a connection has one stream, however many it asks for", () =>
    Effect.gen(function*() {
      const { port } = yield* TestGateway.TestGateway
      yield* TestGateway.stock("101", 1)
      const greedy = yield* Clients.connected(port)
      greedy.say("GET /items/101/events HTTP/1.1\r\nhost: x\r\n\r\n".repeat(10))
      yield* Clients.until(() => greedy.heard().includes("event: snapshot"))
      const other = yield* listen("/items/101/events")
      assert.strictEqual(other.status, 200)
      assert.strictEqual(available(yield* soon(other.next)), 1)
      assert.lengthOf(greedy.heard().split("HTTP/1.1 "), 2)
    }).pipe(Effect.scoped))
})

describe("Events at shutdown", () => {
  test.live("streams end at shutdown, also those that are not read, and health says so meanwhile", () =>
    Effect.gen(function*() {
      const scope = yield* Scope.make()
      const built = yield* Layer.buildWithScope(engine({ shutdownNotice: Duration.millis(300) }, flood), scope)
      yield* Effect.gen(function*() {
        const gateway = yield* TestGateway.TestGateway
        yield* TestGateway.stock("101", 1)
        yield* stall("/items/101/events")
        const listening = yield* listen("/items/101/events")
        // By then no socket takes in more.
        yield* soon(() => listening.next(({ data }) => Number(data["available"]) > 8))
        const ending = yield* Effect.forkChild(Scope.close(scope, Exit.void))
        const health = yield* TestGateway.until(gateway.get("/health"), ({ status }) => status !== 200)
        assert.deepStrictEqual([health.status, health.body["status"], health.body["kafka"]], [503, "unhealthy", true])
        // A clean end, and no socket that is torn off.
        assert.isUndefined(yield* soon(() => listening.next(() => false)))
        yield* Effect.timeout(Fiber.join(ending), "3 seconds")
      }).pipe(Effect.provideContext(built), Effect.scoped)
    }))
})
