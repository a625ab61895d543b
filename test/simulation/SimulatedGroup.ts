/**
 * The consumer group that shares the partitions out.
 *
 * Members come and go. Who has not been heard of for a session's length is put out of the group, and its partitions go
 * to others while it still believes that they are its own: a zombie, until it asks for something that only an owner
 * may.
 */
import {
  LogUnavailable,
  type OwnedPartition,
  type PartitionBounds,
  PartitionLost
} from "@flash-sale/domain/ports/OrderLog"
import type { LogRecord } from "@flash-sale/domain/records/LogRecord"
import type { Offset, PartitionId } from "@flash-sale/domain/records/Partition"
import * as Monotonic from "@flash-sale/infra/time/Monotonic"
import { Duration, Effect, Fiber, Latch, Random } from "effect"
import * as Chance from "./Chance.ts"
import * as Process from "./Process.ts"
import type { SimulatedHoles } from "./SimulatedHoles.ts"
import type { Trace } from "./Trace.ts"

/** How long a member may be silent. */
const SESSION_MILLIS = 10_000
const HEARTBEAT = Duration.seconds(1)
/** How long a worker may take to hand a partition over. */
const REVOKE_TIMEOUT = "10 seconds"
const MAX_BATCH = 40

interface Member {
  readonly process: Process.Process
  assigned: ReadonlySet<number>
  heardAt: number
}

/** The log that is shared out. */
export interface Shared {
  readonly partitions: ReadonlyArray<PartitionId>
  readonly records: ReadonlyArray<ReadonlyArray<LogRecord>>
  readonly holes: SimulatedHoles
  readonly bounds: (partition: PartitionId) => PartitionBounds
  readonly committed: Array<Offset | undefined>
  /** Opened when a record is appended. */
  readonly grown: Latch.Latch
  /** Is called before an offset is committed. */
  readonly onCommit: (partition: PartitionId, offset: Offset) => Effect.Effect<void>
  readonly trace: Trace
}

export const make = Effect.fnUntraced(function*(shared: Shared) {
  const { bounds, committed, grown, holes, onCommit, partitions, records, trace } = shared
  const owners: Array<Member | undefined> = partitions.map(() => undefined)
  const moved = yield* Latch.make(false)
  let members: ReadonlyArray<Member> = []

  /** Until the group changes, or the next heartbeat. */
  const untilMoved = Effect.andThen(Effect.raceFirst(moved.await, Effect.sleep(HEARTBEAT)), Process.alive)

  /** Shares the partitions out anew, in an order by the seed. */
  const rebalance = Effect.gen(function*() {
    const order = yield* Random.shuffle(members)
    order.forEach((member, index) => {
      member.assigned = new Set(partitions.filter((partition) => partition % order.length === index))
    })
    yield* trace.note(
      `rebalance ${order.map(({ assigned, process }) => `${process.name}: ${[...assigned].join()}`).join("; ")}`
    )
    yield* moved.release
  })

  const leave = (member: Member) =>
    Effect.suspend(() => {
      if (!members.includes(member)) return Effect.void
      members = members.filter((other) => other !== member)
      partitions.forEach((partition) => {
        if (owners[partition] === member) owners[partition] = undefined
      })
      return members.length === 0 ? moved.release : rebalance
    })

  /** Puts out members that have been silent for too long. Runs for as long as the world. */
  const watch = Effect.forever(Effect.gen(function*() {
    yield* Effect.sleep(HEARTBEAT)
    const now = yield* Monotonic.now
    for (const member of members) {
      if (Process.isResponsive(member.process)) member.heardAt = now
      else if (now - member.heardAt > SESSION_MILLIS) {
        yield* trace.note(`${member.process.name} is put out of the group`)
        yield* leave(member)
      }
    }
  }))

  const own = (member: Member, partition: PartitionId, revoked: Latch.Latch): OwnedPartition => {
    let next = 0
    const mine = Effect.andThen(
      Process.alive,
      Effect.suspend(() => owners[partition] === member ? Effect.void : Effect.fail(new PartitionLost({ partition })))
    )
    const take = (max: number, wholeFrom = 0) =>
      Effect.gen(function*() {
        yield* Chance.pause
        yield* mine
        while (next >= records[partition]!.length) {
          yield* grown.close
          yield* Effect.raceFirst(grown.await, Effect.sleep(HEARTBEAT))
          yield* mine
        }
        const { start } = bounds(partition)
        if (next < start) return yield* new LogUnavailable({ detail: `${next} is gone, the log begins at ${start}` })
        const count = yield* Random.nextIntBetween(1, Math.max(2, Math.min(max, MAX_BATCH)))
        const end = records[partition]!.length
        while (true) {
          const until = Math.min(next + count, end)
          const { damage, records: batch } = holes.read(partition, next, until, wholeFrom)
          if (damage !== undefined && batch.length === 0) return yield* damage
          next = damage?.offset ?? until
          if (batch.length > 0 || next >= Math.min(wholeFrom, end)) return batch
        }
      })
    return {
      partition,
      committed: Effect.map(mine, () => committed[partition]),
      bounds: Effect.map(mine, () => bounds(partition)),
      seek: (offset) =>
        Effect.map(mine, () => {
          next = offset
        }),
      take,
      commit: (offset) =>
        Effect.gen(function*() {
          yield* Chance.pause
          yield* mine
          yield* onCommit(partition, offset)
          committed[partition] = offset
          yield* trace.note(`commit ${partition}/${offset}`)
        }),
      revoked: revoked.await
    }
  }

  /** One partition while it is assigned: waits until it is free, works on it, hands it over. */
  const hold = Effect.fnUntraced(function*(
    member: Member,
    partition: PartitionId,
    worker: (owned: OwnedPartition) => Effect.Effect<void>
  ) {
    const isAssigned = () => members.includes(member) && member.assigned.has(partition)
    while (owners[partition] !== undefined) {
      if (!isAssigned()) return
      yield* untilMoved
    }
    if (!isAssigned()) return
    owners[partition] = member
    const revoked = yield* Latch.make(false)
    const working = yield* Effect.forkChild(worker(own(member, partition, revoked)))
    while (isAssigned() && working.pollUnsafe() === undefined) yield* untilMoved
    yield* revoked.open
    yield* Effect.timeoutOption(Fiber.await(working), REVOKE_TIMEOUT)
    yield* Fiber.interrupt(working)
    if (owners[partition] !== member) return
    owners[partition] = undefined
    yield* moved.release
  })

  const consume = Effect.fnUntraced(function*(worker: (owned: OwnedPartition) => Effect.Effect<void>) {
    const process = yield* Process.Process
    let member: Member | undefined
    yield* Effect.addFinalizer(() =>
      Effect.andThen(Process.alive, Effect.suspend(() => member === undefined ? Effect.void : leave(member)))
    )
    return yield* Effect.forever(Effect.gen(function*() {
      const joined: Member = { process, assigned: new Set(), heardAt: yield* Monotonic.now }
      member = joined
      members = [...members, joined]
      yield* rebalance
      const held = new Map<PartitionId, Fiber.Fiber<void>>()
      while (members.includes(joined)) {
        for (const partition of partitions) {
          if (held.get(partition)?.pollUnsafe() !== undefined) held.delete(partition)
          if (joined.assigned.has(partition) && !held.has(partition)) {
            held.set(partition, yield* Effect.forkChild(hold(joined, partition, worker)))
          }
        }
        yield* untilMoved
      }
      yield* Effect.forEach(held.values(), Fiber.await, { discard: true })
    }))
  })

  return {
    consume,
    watch,
    rebalance: Effect.suspend(() => members.length === 0 ? Effect.void : rebalance),
    /** A broker that comes back knows no member: all have to join again. */
    disband: Effect.suspend(() => Effect.forEach(members, leave, { discard: true }))
  }
})
