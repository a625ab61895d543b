/** The world that outlives the processors that run in it. By a seed it is slow, forgetful and unkind. Virtual time. */
import type { ConflictCode } from "@flash-sale/domain/api/checkout/CheckoutErrors"
import { EventsTold } from "@flash-sale/domain/ports/OrderEvents"
import type { PaymentReference } from "@flash-sale/domain/records/checkout/Reference"
import { GATHERED_RECORDS } from "@flash-sale/domain/records/FoldBatches"
import type { ItemId, RequestId } from "@flash-sale/domain/records/Ids"
import { PartitionId } from "@flash-sale/domain/records/Partition"
import * as Monotonic from "@flash-sale/infra/time/Monotonic"
import { HoldLimits, MAX_OPEN_HOLDS, MAX_REFUNDS_WAITING } from "@flash-sale/processor/holds/HoldLimits"
import { CALL_ORDERS, CallOrders } from "@flash-sale/processor/item/FoldCallSize"
import { MAX_OPEN_ORDERS, MAX_SHARED_OPEN_ORDERS, OpenOrderLimits } from "@flash-sale/processor/order/OpenOrderBudget"
import { CatchUpLimits, MAX_UNFINISHED } from "@flash-sale/processor/partition/CatchUp"
import * as Processor from "@flash-sale/processor/Processor"
import * as ProcessorState from "@flash-sale/processor/run/ProcessorState"
import { Context, Effect, Fiber, Layer, Random } from "effect"
import * as Chance from "./Chance.ts"
import * as Gateway from "./checkout/Gateway.ts"
import type { RefusedForGood } from "./Door.ts"
import * as SimulatedEvents from "./events/SimulatedEvents.ts"
import * as Process from "./Process.ts"
import * as SimulatedLetters from "./SimulatedLetters.ts"
import * as SimulatedLog from "./SimulatedLog.ts"
import * as SimulatedProvider from "./SimulatedProvider.ts"
import * as SimulatedStore from "./SimulatedStore.ts"
import * as Told from "./Told.ts"
import * as Trace from "./Trace.ts"

/** How many of the processors fold in small calls, 0 to 1: one is sent while another is on its way. */
const SMALL_CALLS = 0.5
const SMALL_CALL = 8
/** These fold quietly only a few records at once, and give that up where few orders are open. */
const SMALL_CATCH_UP = { gathered: 8, unfinished: 3 }
const LARGE_CATCH_UP = { gathered: GATHERED_RECORDS, unfinished: MAX_UNFINISHED }
/** How many of the processors keep few open orders in memory, 0 to 1: the others wait, and are read again. */
const SMALL_ROOMS = 0.5
const SMALL_ROOM = { own: 3, shared: 2 }
/** In some histories half of them keep few open holds and waiting refunds in memory. */
const FEW_HOLDS = { holds: 3, refunds: 1 }
const MANY_HOLDS = { holds: MAX_OPEN_HOLDS, refunds: MAX_REFUNDS_WAITING }
const LARGE_ROOM = { own: MAX_OPEN_ORDERS, shared: MAX_SHARED_OPEN_ORDERS }
/** How many of the processors start with a clock that is wrong, 0 to 1. */
const WRONG_CLOCKS = 0.3
/** By how much a clock may be wrong that is wrong by hours: six. */
const MAX_WRONG_MILLIS = 6 * 60 * 60 * 1000
/** How many histories have processors whose clocks are wrong by hours, 0 to 1. */
const WRONG_BY_HOURS = 0.4
/** By how much the clocks of all others are wrong at the most. */
export const MAX_SKEW_MILLIS = 5_000
/** Gateways, whose clocks are wrong by seconds alone. */
const GATEWAYS = 3

/** In place of the number of cuts: no log is folded. */
const NONE = -1

/** By how much a clock is wrong, ahead or behind. */
const wrongByUpTo = (most: number) => Random.nextIntBetween(-most, most + 1)

export const make = Effect.fnUntraced(function*(faults: Chance.Faults) {
  const trace = Trace.make()
  const events = SimulatedEvents.make(faults, SimulatedLog.partitions, trace)
  const log = yield* SimulatedLog.make(faults, trace, (partition, committed) => events.note(partition, { committed }))
  const provider = SimulatedProvider.make(faults, trace)
  const told = Told.make(provider.kept)
  const store = SimulatedStore.make({
    faults,
    trace,
    told,
    mayChange: (requestId) => log.lost.orders.has(requestId),
    onAccepted: (partition, from) => {
      // Where the beginning or a record between is gone, what comes later may fare otherwise: it may have been stock.
      if (from > 0 || log.holes.has(PartitionId.make(partition))) log.lost.add(log.records[partition]!)
      return { from, cuts: log.cuts[partition]! }
    },
    // One with holes is not folded before it is accepted.
    logs: () =>
      new Map(log.cuts.map((cuts, partition) => [
        partition,
        { from: 0, cuts: log.holes.has(PartitionId.make(partition)) ? NONE : cuts }
      ]))
  })
  const letters = SimulatedLetters.make(faults, trace, (letter) => events.note(letter.partition, { letter }))
  yield* Effect.forkChild(log.watch)

  const keepsFewHolds = yield* Chance.happens(SMALL_ROOMS)
  const areClocksWrong = yield* Chance.happens(WRONG_BY_HOURS)
  const eventsTold: EventsTold = (yield* Random.nextBoolean) ? "all" : "held"
  let isMended = false
  /** Sets the clock of a processor's machine. */
  const wrongClock = Effect.suspend(() => wrongByUpTo(areClocksWrong && !isMended ? MAX_WRONG_MILLIS : MAX_SKEW_MILLIS))
  const ports = Layer.mergeAll(log.layer, store.layer, provider.layer, letters.layer, events.layer)
  const gateways: ReadonlyArray<Gateway.Gateway> = yield* Effect.forEach(
    Array.from({ length: GATEWAYS }, (_, n) => `g${n + 1}`),
    (name) => Effect.flatMap(Effect.tap(Process.make(name), stepGateway), (process) => Gateway.start(process, ports))
  )
  const running = new Set<Running>()
  let started = 0

  /** Starts a processor. Detached: a killed process never finishes its finalizers, and nothing may wait for it. */
  const startThat = Effect.fnUntraced(function*(told: EventsTold) {
    const process = yield* Process.make(`p${++started}`)
    if (yield* Chance.happens(WRONG_CLOCKS)) yield* Process.setClock(process, yield* wrongClock)
    yield* trace.note(`start ${process.name}${told === "off" ? ", which tells nothing" : ""}`)
    const state = yield* Effect.scoped(Layer.build(ProcessorState.layer))
    const callOrders = (yield* Chance.happens(SMALL_CALLS)) ? SMALL_CALL : CALL_ORDERS
    const limits = (yield* Chance.happens(SMALL_ROOMS)) ? SMALL_ROOM : LARGE_ROOM
    const holdLimits = keepsFewHolds && (yield* Chance.happens(SMALL_ROOMS)) ? FEW_HOLDS : MANY_HOLDS
    const processor = Layer.launch(
      Processor.layer.pipe(Layer.provide(Layer.succeedContext(state)), Layer.provide(ports))
    )
    const fiber = yield* Effect.forkDetach(processor.pipe(
      Effect.provideService(CallOrders, callOrders),
      Effect.provideService(CatchUpLimits, callOrders === SMALL_CALL ? SMALL_CATCH_UP : LARGE_CATCH_UP),
      Effect.provideService(OpenOrderLimits, limits),
      Effect.provideService(HoldLimits, holdLimits),
      Effect.provideService(EventsTold, told),
      Effect.provideContext(process.clock),
      Effect.provideService(Process.Process, process)
    ))
    const it: Running = { process, fiber, state: Context.get(state, ProcessorState.ProcessorState) }
    running.add(it)
    return it
  })

  const start = Effect.suspend(() => startThat(eventsTold))
  /** One of an older build. */
  const startOlder = startThat("off")

  /** SIGTERM: it hands over in its own time. */
  const stop = (it: Running) =>
    Effect.suspend(() => {
      running.delete(it)
      return Effect.andThen(trace.note(`stop ${it.process.name}`), Effect.forkDetach(Fiber.interrupt(it.fiber)))
    })

  const kill = (it: Running) =>
    Effect.gen(function*() {
      running.delete(it)
      it.process.killed = true
      yield* Process.thaw(it.process)
      yield* trace.note(`kill ${it.process.name}`)
      yield* Effect.forkDetach(Fiber.interrupt(it.fiber))
    })

  /** Partitions that some processor refuses, with what its health says of them. */
  const refused = (): ReadonlyMap<PartitionId, string> =>
    new Map(
      [...running].flatMap(({ state }) =>
        [...state.workers()].flatMap(([partition, worker]) =>
          worker._tag === "Halted" ? [[partition, worker.why] as const] : []
        )
      )
    )

  /** Whether the store has not folded yet the log that there is, but one that was cut. */
  const isBetweenLogs = (): boolean =>
    store.isAccepting() || log.cuts.some((cuts, partition) => store.log(partition).cuts < cuts)
  let away = false
  let calmSince = Number.POSITIVE_INFINITY
  const refusedForGood: Array<RefusedForGood> = []
  const conflicts: Array<Conflict> = []

  return {
    trace,
    log,
    store,
    provider,
    told,
    letters,
    events,
    /** What the processors tell, but for those of older builds. */
    eventsTold,
    ports,
    running,
    gateways,
    /** Whether processors keep few open holds in memory: then some are learned of long after their time. */
    keepsFewHolds,
    /** Whether processors have clocks that are wrong by hours. */
    areClocksWrong,
    stepClock: (process: Process.Process) =>
      Effect.gen(function*() {
        const millis = yield* wrongClock
        yield* Process.setClock(process, millis)
        yield* trace.note(`the clock of ${process.name} is wrong by ${millis / 1000} s`)
      }),
    /** From now on no clock is wrong by more than seconds. */
    mendClocks: Effect.suspend(() => {
      isMended = true
      return Effect.forEach(running, ({ process }) => Process.setClock(process, 0), { discard: true })
    }),
    start,
    startOlder,
    stop,
    kill,
    refused,
    isBetweenLogs,
    /** Orders that the door refused for good. */
    refusedForGood,
    /** What buyers and shops were told of orders that were over. */
    conflicts,
    /** From when on nothing disturbs the processors any more, in milliseconds since the world began. */
    calmSince: () => calmSince,
    calm: Effect.map(Monotonic.now, (now) => void (calmSince = now)),
    /** Whether no operator does anything about what is refused. */
    isOperatorAway: () => away,
    setOperatorAway: (isAway: boolean): void => {
      away = isAway
    }
  }
})

/** Sets the clock of a gateway's machine. */
export const stepGateway = Effect.fnUntraced(function*(gateway: Process.Process) {
  yield* Process.setClock(gateway, yield* wrongByUpTo(MAX_SKEW_MILLIS))
})

export type World = Effect.Success<ReturnType<typeof make>>

/** A call that was refused as the order is over, or another call was first. */
export interface Conflict {
  readonly itemId: ItemId
  readonly requestId: RequestId
  readonly code: ConflictCode
  /** A payment of which the shop was told that it is due back. */
  readonly due: PaymentReference | undefined
}

/** A processor that was started. */
export interface Running {
  readonly process: Process.Process
  readonly fiber: Fiber.Fiber<never>
  readonly state: ProcessorState.ProcessorState["Service"]
}
