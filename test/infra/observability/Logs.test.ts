import { expect, it } from "@effect/vitest"
import * as Logs from "@flash-sale/infra/observability/Logs"
import { Cause, Effect, Layer, type LogLevel } from "effect"
import { TestClock } from "effect/testing"
import { describe } from "vitest"

const NOON = Date.parse("2025-11-29T21:56:00.000Z")

/** An output that remembers each write, and a process that exits when told to. */
const makeOutput = (isTerminal = false) => {
  const writes: Array<string> = []
  const exits = new Set<() => void>()
  const output: Logs.Output = {
    isTerminal,
    write: (text) => writes.push(text),
    onExit: (flush) => {
      exits.add(flush)
      return () => exits.delete(flush)
    }
  }
  return { writes, output, exit: () => exits.forEach((flush) => flush()), hooks: () => exits.size }
}

const lines = (writes: ReadonlyArray<string>): ReadonlyArray<string> => {
  const text = writes.join("")
  expect(text.endsWith("\n")).toBe(true)
  return text.slice(0, -1).split("\n")
}

const logged = (program: Effect.Effect<unknown>, level: LogLevel.LogLevel = "Info", isTerminal = false) =>
  Effect.gen(function*() {
    const { output, writes } = makeOutput(isTerminal)
    yield* TestClock.setTime(NOON)
    yield* Effect.provide(program, Logs.layer({ service: "gateway", level, output }))
    return lines(writes)
  })

describe("JSON lines", () => {
  it.effect("have exactly the runbook's shape, in its order", () =>
    Effect.gen(function*() {
      const [line] = yield* logged(
        Effect.logInfo("Order queued successfully").pipe(Effect.annotateLogs({
          event: "order_queued",
          user_id: "u1",
          item_id: "101",
          processing_time_ms: 145,
          correlation_id: "uuid-123"
        }))
      )
      expect(line).toBe(
        "{\"timestamp\":\"2025-11-29T21:56:00.000Z\",\"level\":\"INFO\",\"message\":\"Order queued successfully\"," +
          "\"correlation_id\":\"uuid-123\",\"service\":\"gateway\",\"event\":\"order_queued\",\"user_id\":\"u1\"," +
          "\"item_id\":\"101\",\"processing_time_ms\":145}"
      )
    }))

  it.effect("stay one line each, whatever they hold", () =>
    Effect.gen(function*() {
      const cycle: { self?: unknown } = {}
      cycle.self = cycle
      const output = yield* logged(
        Effect.logWarning("two\nlines", { a: 1 }).pipe(
          Effect.annotateLogs({ cycle, big: 10n, timestamp: "forged", message: "forged" })
        )
      )
      expect(output).toHaveLength(1)
      const line: unknown = JSON.parse(output[0]!)
      expect(line).toMatchObject({
        timestamp: "2025-11-29T21:56:00.000Z",
        level: "WARN",
        message: "two\nlines {\"a\":1}"
      })
    }))

  it.effect("tell the cause of an error", () =>
    Effect.gen(function*() {
      const [line] = yield* logged(Effect.logError("It broke", Cause.die(new Error("boom"))))
      expect(JSON.parse(line!)).toMatchObject({ level: "ERROR", message: "It broke" })
      expect(JSON.parse(line!).error).toContain("boom")
    }))

  it.effect("of another service in the same process name that one", () =>
    Effect.gen(function*() {
      const [line] = yield* logged(Effect.annotateLogs(Effect.logInfo("hello"), { service: "processor" }))
      expect(JSON.parse(line!).service).toBe("processor")
    }))

  it.effect("below the least level are left out", () =>
    Effect.gen(function*() {
      const output = yield* logged(
        Effect.all([Effect.logDebug("a"), Effect.logInfo("b"), Effect.logWarning("c"), Effect.logError("d")]),
        "Warn"
      )
      expect(output.map((line) => JSON.parse(line).message)).toEqual(["c", "d"])
    }))
})

describe("lines at a terminal", () => {
  it.effect("are for reading, and cannot drive the terminal", () =>
    Effect.gen(function*() {
      const [line] = yield* logged(
        Effect.annotateLogs(Effect.logInfo("Order queued\u001b[2J"), { request_id: "r\u0007\u202e1" }),
        "Info",
        true
      )
      // eslint-disable-next-line no-control-regex
      const plain = line!.replace(/\u001b\[\d+m/g, "")
      expect(plain).toBe("21:56:00.000 INFO  gateway Order queued\ufffd[2J request_id=r\ufffd\ufffd1")
    }))
})

describe("no line is lost", () => {
  it.effect("when the process exits in the same turn", () =>
    Effect.gen(function*() {
      const { exit, output, writes } = makeOutput()
      yield* Effect.gen(function*() {
        yield* Effect.logInfo("a")
        yield* Effect.logInfo("b")
        expect(writes).toEqual([])
        exit()
        expect(lines(writes)).toHaveLength(2)
        expect(writes).toHaveLength(1)
      }).pipe(Effect.provide(Logs.layer({ service: "gateway", level: "Info", output })))
    }))

  it.effect("when the layer closes, nor after", () =>
    Effect.gen(function*() {
      const { hooks, output, writes } = makeOutput()
      const later = yield* Effect.scoped(Effect.gen(function*() {
        const context = yield* Layer.build(Logs.layer({ service: "gateway", level: "Info", output }))
        yield* Effect.provideContext(Effect.logInfo("before"), context)
        expect(hooks()).toBe(1)
        return Effect.provideContext(Effect.logInfo("after"), context)
      }))
      expect(lines(writes)).toHaveLength(1)
      yield* later
      expect(lines(writes)).toHaveLength(2)
      expect(hooks()).toBe(0)
    }))

  it.effect("when there are more than the buffer holds", () =>
    Effect.gen(function*() {
      const { output, writes } = makeOutput()
      const message = "x".repeat(1_000)
      yield* Effect.forEach(Array.from({ length: 200 }), () => Effect.logInfo(message), { discard: true }).pipe(
        Effect.provide(Logs.layer({ service: "gateway", level: "Info", output }))
      )
      expect(lines(writes)).toHaveLength(200)
      expect(writes.length).toBeGreaterThan(2)
      expect(writes.length).toBeLessThan(20)
    }))
})
