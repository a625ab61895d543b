/**
 * The logger of every process: one line a record on standard output, in the runbook's shape.
 *
 * **Details**: lines of one turn of the event loop are written together, as a write for each costs more than all the
 * rest of a line. Nothing is lost by it: what is buffered is written when the layer closes and when the process exits,
 * and lines that come later are written at once.
 */
import { Effect, Layer, Logger, type LogLevel, References } from "effect"
import * as LogLines from "./LogLines.ts"

/** Characters that are buffered before they are written whatever the event loop does. */
const MAX_BUFFERED = 65_536

/** Where lines go. `write` must have handed the text over when it returns. */
export interface Output {
  readonly write: (text: string) => void
  /** Whether a person reads it. */
  readonly isTerminal: boolean
  /** Calls back at the very end of the process; returns how to take that back. */
  readonly onExit: (flush: () => void) => () => void
}

const stdout: Output = {
  write: (text) => process.stdout.write(text),
  isTerminal: process.stdout.isTTY === true,
  onExit: (flush) => {
    process.on("exit", flush)
    return () => process.off("exit", flush)
  }
}

export interface Options {
  /** `gateway` or `processor`: the field `service`, where no annotation says another. */
  readonly service: string
  readonly level: LogLevel.LogLevel
  readonly output?: Output
}

/** Replaces the loggers and sets the least level. */
export const layer = ({ level, output = stdout, service }: Options): Layer.Layer<never> =>
  Layer.merge(
    Logger.layer([logger(service, output)]),
    Layer.succeed(References.MinimumLogLevel, level)
  )

const logger = (service: string, output: Output) =>
  Effect.gen(function*() {
    const toLine = output.isTerminal ? LogLines.readable : LogLines.json
    let buffered = ""
    let isClosed = false
    const flush = () => {
      const text = buffered
      buffered = ""
      if (text !== "") output.write(text)
    }
    yield* Effect.acquireRelease(
      Effect.sync(() => output.onExit(flush)),
      (forget) =>
        Effect.sync(() => {
          isClosed = true
          flush()
          forget()
        })
    )
    return Logger.make<unknown, void>((options) => {
      const isFirst = buffered === ""
      buffered += `${toLine(service, options)}\n`
      if (isClosed || buffered.length >= MAX_BUFFERED) flush()
      // The dispatcher runs its tasks in the next turn of the event loop.
      else if (isFirst) options.fiber.currentDispatcher.scheduleTask(flush, 0)
    })
  })
