/**
 * The logger of every process: one line a record on standard output, in the runbook's format. Lines that are written
 * once for every order bypass it (`OrderLines`) and go to the same output. Decision 0015.
 */
import { Clock, Effect, Layer, Logger, LogLevel, References } from "effect"
import * as LogLines from "./LogLines.ts"
import { type Output, stdout } from "./LogOutput.ts"
import * as LogSink from "./LogSink.ts"
import * as OrderLines from "./OrderLines.ts"

export interface LogsOptions {
  /** `gateway` or `processor`: the field `service`, where no annotation says another. */
  readonly service: string
  readonly level: LogLevel.LogLevel
  /** The share of orders that have their lines, from 0 to 1: the same orders in every service. All by default. */
  readonly orders?: number
  readonly output?: Output
}

/** Replaces the loggers and sets the least level. */
export const layer = ({ level, orders = 1, output = stdout, service }: LogsOptions): Layer.Layer<never> =>
  Layer.unwrap(Effect.gen(function*() {
    const clock = yield* Clock.Clock
    const toText = output.isTerminal ? LogLines.readable : LogLines.json
    const sink = yield* LogSink.make(output, (count) =>
      toText({
        date: new Date(clock.currentTimeMillisUnsafe()),
        level: LogLines.levelName("Warn"),
        message: `${count} log lines were dropped: the output did not take them`,
        service,
        annotations: { event: "log_lines_dropped" }
      }))
    const logger = Logger.make<unknown, void>((options) => {
      sink.add(toText(LogLines.of(service, options)))
    })
    const lines = OrderLines.make({
      sink,
      toText: output.isTerminal ? (line) => LogLines.readable(OrderLines.toLine(line)) : OrderLines.json,
      isOn: (of) => LogLevel.isLessThanOrEqualTo(level, of),
      share: orders
    })
    return Layer.mergeAll(
      Logger.layer([logger]),
      Layer.succeed(References.MinimumLogLevel, level),
      Layer.succeed(OrderLines.OrderLines, lines)
    )
  }))
