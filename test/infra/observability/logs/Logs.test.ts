import { expect, it } from "@effect/vitest"
import * as LogOutput from "@flash-sale/infra/observability/logs/LogOutput"
import * as Logs from "@flash-sale/infra/observability/logs/Logs"
import * as LogSink from "@flash-sale/infra/observability/logs/LogSink"
import { Cause, Effect, Layer, type LogLevel } from "effect"
import { TestClock } from "effect/testing"
import { describe } from "vitest"
import * as MemoryOutput from "./MemoryOutput.ts"

const NOON = Date.parse("2025-11-29T21:56:00.000Z")

const logged = (program: Effect.Effect<unknown>, level: LogLevel.LogLevel = "Info", isTerminal = false) =>
  Effect.gen(function*() {
    const { lines, output } = MemoryOutput.make(isTerminal)
    yield* TestClock.setTime(NOON)
    yield* Effect.provide(program, Logs.layer({ service: "gateway", level, output }))
    return lines()
  })

describe("Logs: JSON lines", () => {
  it.effect("JSON lines have exactly the runbook's shape, in its order", () =>
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

  it.effect("an entry is one line, whatever it holds", () =>
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

  it.effect("an error has its cause in its line", () =>
    Effect.gen(function*() {
      const [line] = yield* logged(Effect.logError("It broke", Cause.die(new Error("boom"))))
      expect(JSON.parse(line!)).toMatchObject({ level: "ERROR", message: "It broke" })
      expect(JSON.parse(line!).error).toContain("boom")
    }))

  it.effect("a line of another service in the same process names that service", () =>
    Effect.gen(function*() {
      const [line] = yield* logged(Effect.annotateLogs(Effect.logInfo("hello"), { service: "processor" }))
      expect(JSON.parse(line!).service).toBe("processor")
    }))

  it.effect("lines below the least level are left out", () =>
    Effect.gen(function*() {
      const output = yield* logged(
        Effect.all([Effect.logDebug("a"), Effect.logInfo("b"), Effect.logWarning("c"), Effect.logError("d")]),
        "Warn"
      )
      expect(output.map((line) => JSON.parse(line).message)).toEqual(["c", "d"])
    }))
})

describe("Logs: lines at a terminal", () => {
  it.effect("lines at a terminal are for reading, and cannot control the terminal", () =>
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

const layerOf = ({ output }: MemoryOutput.Written) => Logs.layer({ service: "gateway", level: "Info", output })

describe("Logs: no line is lost", () => {
  it.effect("no line is lost when many come at once: they are gathered and written together", () =>
    Effect.gen(function*() {
      const written = MemoryOutput.make()
      yield* Effect.gen(function*() {
        yield* Effect.logInfo("a")
        yield* Effect.logInfo("b")
        expect(written.writes).toEqual([])
        yield* TestClock.adjust(LogSink.GATHER)
        expect(written.lines()).toHaveLength(2)
        expect(written.writes).toHaveLength(1)
        yield* Effect.logInfo("c")
        yield* TestClock.adjust(LogSink.GATHER)
        expect(written.writes).toHaveLength(2)
      }).pipe(Effect.provide(layerOf(written)))
    }))

  it.effect("no line is lost when the process exits in the same tick", () =>
    Effect.gen(function*() {
      const written = MemoryOutput.make()
      yield* Effect.gen(function*() {
        yield* Effect.logInfo("a")
        yield* Effect.logInfo("b")
        expect(written.writes).toEqual([])
        written.exit()
        expect(written.lines()).toHaveLength(2)
      }).pipe(Effect.provide(layerOf(written)))
    }))

  it.effect("no line is lost when the layer closes, nor after", () =>
    Effect.gen(function*() {
      const written = MemoryOutput.make()
      const later = yield* Effect.scoped(Effect.gen(function*() {
        const context = yield* Layer.build(layerOf(written))
        yield* Effect.provideContext(Effect.logInfo("before"), context)
        expect(written.hooks()).toBe(1)
        return Effect.provideContext(Effect.logInfo("after"), context)
      }))
      expect(written.lines()).toHaveLength(1)
      yield* later
      expect(written.lines()).toHaveLength(2)
      expect(written.hooks()).toBe(0)
    }))

  it.effect("no line is lost when the output takes little at a time, and splits a letter", () =>
    Effect.gen(function*() {
      const written = MemoryOutput.make()
      written.room(7)
      const message = "ü€".repeat(50)
      yield* Effect.forEach(Array.from({ length: 50 }), () => Effect.logInfo(message), { discard: true }).pipe(
        Effect.provide(layerOf(written))
      )
      expect(Buffer.concat(written.writes.map((text) => Buffer.from(text))).length).toBeGreaterThan(50 * 250)
      expect(written.writes.length).toBeGreaterThan(1_000)
    }))
})

describe("Logs: attempts to write", () => {
  const failing = (code: string) => () => {
    throw Object.assign(new Error(code), { code })
  }

  it("a failed write is tried again, unless the reader is gone", () => {
    expect(LogOutput.attempt(() => 7)).toBe(7)
    expect(["EAGAIN", "ENOSPC", "EIO"].map((code) => LogOutput.attempt(failing(code)))).toEqual([0, 0, 0])
    expect(["EPIPE", "EBADF"].map((code) => LogOutput.attempt(failing(code)))).toEqual(["gone", "gone"])
  })
})

describe("Logs: an output that is not read", () => {
  it.effect("an output that is not read holds up nothing: beyond a bound lines are dropped, and counted later", () =>
    Effect.gen(function*() {
      const written = MemoryOutput.make()
      written.room(0)
      const message = "x".repeat(100_000)
      const count = 200
      yield* Effect.gen(function*() {
        yield* Effect.forEach(Array.from({ length: count }), () => Effect.logInfo(message), { discard: true })
        yield* TestClock.adjust("1 second")
        expect(written.writes).toEqual([])
        written.room(1_000_000)
        yield* TestClock.adjust("1 second")
        const lines: ReadonlyArray<Record<string, unknown>> = written.lines().map((line) => JSON.parse(line))
        const last = lines.at(-1)!
        expect(last).toMatchObject({ level: "WARN", event: "log_lines_dropped", service: "gateway" })
        const dropped = Number(/^\d+/.exec(String(last["message"]))![0])
        expect(lines.length - 1 + dropped).toBe(count)
        expect((lines.length - 1) * message.length).toBeGreaterThan(LogSink.WAIT_AT_MOST - message.length)
        expect((lines.length - 2) * message.length).toBeLessThan(LogSink.WAIT_AT_MOST)
      }).pipe(Effect.provide(layerOf(written)))
    }))
})
