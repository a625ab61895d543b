/** The overview as it happens: each second, to a bounded number of subscribers. */
import { assert, layer } from "@effect/vitest"
import * as OverviewFeed from "@flash-sale/admin/overview/OverviewFeed"
import { Instances } from "@flash-sale/domain/ports/Instances"
import { StoreUnavailable } from "@flash-sale/domain/ports/StoreUnavailable"
import { Effect, Layer } from "effect"
import * as TestAdmin from "../TestAdmin.ts"

const TEST_TIMEOUT = 30_000
const open = (key: string | undefined, signal?: AbortSignal) =>
  Effect.flatMap(
    TestAdmin.TestAdmin,
    ({ port }) =>
      Effect.promise(() =>
        fetch(`http://127.0.0.1:${port}/admin/v1/overview/events`, {
          headers: key === undefined ? {} : { authorization: `Bearer ${key}` },
          ...(signal === undefined ? {} : { signal })
        })
      )
  )

const textOf = (response: Response) => Effect.promise(async () => [response.status, await response.text()] as const)

/** The data of the first so many events. */
const eventsOf = (response: Response, count: number) =>
  Effect.promise(async () => {
    let text = ""
    const reader = response.body!.pipeThrough(new TextDecoderStream()).getReader()
    const found = () => Array.from(text.matchAll(/^event: snapshot\ndata: (.*)\n\n/gm), ([, data]) => JSON.parse(data!))
    while (found().length < count) {
      const { done, value } = await reader.read()
      if (done) break
      text += value
    }
    await reader.cancel()
    return found()
  })

layer(TestAdmin.layer(), { excludeTestServices: true, timeout: 60_000 })("The overview's events", (it) => {
  it.effect("are a snapshot at once, and another each second", () =>
    Effect.gen(function*() {
      const response = yield* open("reader")
      assert.strictEqual(response.status, 200)
      assert.match(response.headers.get("content-type") ?? "", /^text\/event-stream/)
      const events = yield* eventsOf(response, 3)
      assert.lengthOf(events, 3)
      const [first, second, third] = events.map(({ now }: { readonly now: string }) => Date.parse(now))
      assert.isAbove(second!, first!)
      assert.approximately(third! - second!, 1_000, 900)
      assert.containsAllKeys(events[0], ["status", "gateways", "processors", "instances"])
    }), TEST_TIMEOUT)

  it.effect("end with the key that asked for them, and go on for others", () =>
    Effect.gen(function*() {
      const [leaver, reader] = yield* Effect.all([open(TestAdmin.LEAVER), open("reader")])
      TestAdmin.revoked.add(TestAdmin.LEAVER)
      yield* Effect.addFinalizer(() => Effect.sync(() => TestAdmin.revoked.delete(TestAdmin.LEAVER)))
      // Without an end it would be as many as are asked for.
      assert.isBelow((yield* eventsOf(leaver, 5)).length, 5)
      assert.lengthOf(yield* eventsOf(reader, 5), 5)
    }), TEST_TIMEOUT)

  it.effect(
    "are for a bounded number of subscribers, whose places are free again when they leave",
    () =>
      Effect.gen(function*() {
        const ends = new AbortController()
        const many = yield* Effect.forEach(
          Array.from({ length: OverviewFeed.MAX_STREAMS }),
          () => open("reader", ends.signal),
          { concurrency: 20 }
        )
        for (const { status } of many) assert.strictEqual(status, 200)
        const oneMore = yield* open("reader")
        assert.strictEqual(oneMore.status, 503)
        assert.include(yield* Effect.promise(() => oneMore.text()), "overloaded")
        ends.abort()
        const again = yield* Effect.repeat(
          Effect.tap(
            open("reader"),
            (response) => response.status === 200 ? Effect.void : Effect.promise(() => response.text())
          ),
          { until: ({ status }) => status === 200 }
        )
        yield* Effect.promise(() => again.body!.cancel())
      }),
    TEST_TIMEOUT
  )
})

/** Instances that are there, away, or never heard of, as a test says. */
const store: { is: "there" | "away" | "silent" } = { is: "there" }
const switched = Layer.effect(
  Instances,
  Effect.map(Instances, (instances) => ({
    ...instances,
    list: Effect.suspend(() =>
      store.is === "there"
        ? instances.list
        : store.is === "away"
        ? Effect.fail(new StoreUnavailable({ detail: "switched off" }))
        : Effect.never
    )
  }))
).pipe(Layer.provide(TestAdmin.memory))

/** Reads a stream: the names of its events until the last is this one, or until its end. */
const namesOf = (response: Response) => {
  const reader = response.body!.pipeThrough(new TextDecoderStream()).getReader()
  return (last: string) =>
    Effect.promise(async () => {
      let text = ""
      const names = () => Array.from(text.matchAll(/^event: (.*)\n/gm), ([, name]) => name!)
      while (names().at(-1) !== last) {
        const { done, value } = await reader.read()
        if (done) return [...names(), "end"]
        text += value
      }
      return names()
    })
}

layer(
  TestAdmin.layerAdmin().pipe(Layer.provideMerge(Layer.mergeAll(TestAdmin.memory, switched))),
  { excludeTestServices: true, timeout: 60_000 }
)("While the store is away", (it) => {
  it.effect("the stream says so, and goes on with what it is then", () =>
    Effect.gen(function*() {
      store.is = "there"
      const names = namesOf(yield* open("reader"))
      store.is = "away"
      assert.deepStrictEqual([...new Set(yield* names("unavailable"))], ["snapshot", "unavailable"])
      store.is = "there"
      assert.include(yield* names("snapshot"), "snapshot")
    }), TEST_TIMEOUT)

  it.effect("a stream ends with its key, also while the store says nothing", () =>
    Effect.gen(function*() {
      store.is = "there"
      const response = yield* open(TestAdmin.LEAVER)
      store.is = "silent"
      const begun = performance.now()
      TestAdmin.revoked.add(TestAdmin.LEAVER)
      const names = yield* namesOf(response)("none")
      store.is = "there"
      TestAdmin.revoked.delete(TestAdmin.LEAVER)
      assert.strictEqual(names.at(-1), "end")
      assert.isBelow(performance.now() - begun, 4_000)
    }), TEST_TIMEOUT)
})

/** Instances that nobody hears of. */
const silent = Layer.succeed(Instances, {
  report: () => Effect.void,
  withdraw: () => Effect.void,
  list: Effect.never
})
layer(
  TestAdmin.layerAdmin().pipe(Layer.provideMerge(Layer.mergeAll(TestAdmin.memory, silent))),
  { excludeTestServices: true, timeout: 60_000 }
)("While the store says nothing", (it) => {
  it.effect(
    "a stream that waits for its first overview takes a place, and gives up after a while",
    () =>
      Effect.gen(function*() {
        const answers = yield* Effect.forEach(
          Array.from({ length: OverviewFeed.MAX_STREAMS + 1 }),
          () => Effect.flatMap(open("reader"), textOf),
          { concurrency: "unbounded" }
        )
        assert.isTrue(answers.every(([status]) => status === 503))
        const codes = answers.map(([, text]) => String(JSON.parse(text).code)).toSorted()
        assert.deepStrictEqual(codes, [
          "overloaded",
          ...Array.from({ length: OverviewFeed.MAX_STREAMS }, () => "store_unavailable")
        ])
      }),
    TEST_TIMEOUT
  )
})
