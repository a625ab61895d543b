/** Streams on which nothing happens say now and then that they are still there. */
import { assert, layer } from "@effect/vitest"
import { Effect } from "effect"
import * as TestGateway from "../TestGateway.ts"

/** The gateway's heartbeat and some patience, in milliseconds: real time, as it is the clients' too. */
const HEARTBEAT = 15_000
const TIMEOUT = HEARTBEAT + 5_000
const TEST_TIMEOUT = TIMEOUT + 10_000

/** Reads a stream until this comes; how long that took, in milliseconds. */
const until = (path: string, text: string) =>
  Effect.flatMap(TestGateway.TestGateway, ({ port }) =>
    Effect.promise(async () => {
      const aborting = new AbortController()
      const timer = setTimeout(() => aborting.abort(), TIMEOUT)
      const begun = performance.now()
      const response = await fetch(`http://127.0.0.1:${port}${path}`, { signal: aborting.signal })
      let heard = ""
      for await (const chunk of response.body!.pipeThrough(new TextDecoderStream())) {
        heard += chunk
        if (heard.includes(text)) break
      }
      clearTimeout(timer)
      aborting.abort()
      return { heard, millis: performance.now() - begun }
    }))

layer(TestGateway.layer(), { excludeTestServices: true })("Heartbeat", (it) => {
  it.effect("a stream on which nothing happens has heartbeats", () =>
    Effect.gen(function*() {
      yield* TestGateway.stock("101", 5)
      const { heard, millis } = yield* until("/items/101/events", ": still here\n\n")
      assert.include(heard, "event: snapshot\n")
      assert.isAtLeast(millis, HEARTBEAT - 2_000)
      assert.isBelow(millis, TIMEOUT)
    }), TEST_TIMEOUT)
})
