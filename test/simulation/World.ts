/** The world that outlives the processors that run in it. By a seed it is slow, forgetful and unkind. Virtual time. */
import * as Processor from "@flash-sale/processor/Processor"
import * as ProcessorState from "@flash-sale/processor/ProcessorState"
import { Effect, Fiber, Layer } from "effect"
import type { Faults } from "./Chance.ts"
import * as Process from "./Process.ts"
import * as SimulatedLetters from "./SimulatedLetters.ts"
import * as SimulatedLog from "./SimulatedLog.ts"
import * as SimulatedProvider from "./SimulatedProvider.ts"
import * as SimulatedStore from "./SimulatedStore.ts"
import * as Trace from "./Trace.ts"

export const make = Effect.fnUntraced(function*(faults: Faults) {
  const trace = Trace.make()
  const log = yield* SimulatedLog.make(faults, trace)
  const store = SimulatedStore.make(faults, trace)
  const provider = SimulatedProvider.make(faults, trace)
  const letters = SimulatedLetters.make(trace)
  yield* Effect.forkChild(log.watch)

  const ports = Layer.mergeAll(log.layer, store.layer, provider.layer, letters.layer)
  const processor = Layer.launch(Processor.layer.pipe(Layer.provide(ProcessorState.layer), Layer.provide(ports)))
  let started = 0

  /** Starts a processor. Detached: a killed process never finishes its finalizers, and nobody may wait for it. */
  const start = Effect.gen(function*() {
    const process = yield* Process.make(`p${++started}`)
    yield* trace.note(`start ${process.name}`)
    const fiber = yield* Effect.forkDetach(Effect.provideService(processor, Process.Process, process))
    return { process, fiber }
  })

  /** SIGTERM: it hands over in its own time. */
  const stop = ({ fiber, process }: Running) =>
    Effect.andThen(trace.note(`stop ${process.name}`), Effect.forkDetach(Fiber.interrupt(fiber)))

  const kill = (running: Running) =>
    Effect.gen(function*() {
      running.process.killed = true
      yield* Process.thaw(running.process)
      yield* trace.note(`kill ${running.process.name}`)
      yield* Effect.forkDetach(Fiber.interrupt(running.fiber))
    })

  return { trace, log, store, provider, letters, ports, start, stop, kill }
})

export type World = Effect.Success<ReturnType<typeof make>>

/** A processor that was started. */
export interface Running {
  readonly process: Process.Process
  readonly fiber: Fiber.Fiber<never>
}
