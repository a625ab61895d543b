/**
 * The log, and the consumer group that shares its partitions out.
 *
 * Members come and go. Who has not been heard of for a session's length is put out of the group, and its partitions go
 * to others while it still believes that they are its own: a zombie, until it asks for something that only an owner may.
 */
import type { LogRecord, NewRecord } from "@flash-sale/domain/LogRecord"
import { AppendUnknown, OrderLog, type OwnedPartition, PartitionLost } from "@flash-sale/domain/OrderLog"
import { home, Offset, PartitionId } from "@flash-sale/domain/Partition"
import { Clock, Duration, Effect, Fiber, Latch, Layer, Random } from "effect"
import * as Chance from "./Chance.ts"
import * as Process from "./Process.ts"
import type { Trace } from "./Trace.ts"

export const PARTITIONS = 2

/** How long a member may be silent. */
const SESSION_MILLIS = 10_000
const HEARTBEAT = Duration.millis(500)
/** How long a worker may take to hand a partition over. */
const REVOKE_PATIENCE = "10 seconds"
const MAX_BATCH = 40

interface Member {
  readonly process: Process.Process
  assigned: ReadonlySet<number>
  heardAt: number
}

/** A record as any producer may send it. */
export interface Produced extends Pick<NewRecord, "value" | "headers"> {
  readonly key: string | undefined
}

const utf8 = new TextEncoder()
const partitions = Array.from({ length: PARTITIONS }, (_, index) => PartitionId.make(index))

export const make = Effect.fnUntraced(function*(faults: Chance.Faults, trace: Trace) {
  const records: Array<Array<LogRecord>> = partitions.map(() => [])
  const committed: Array<Offset | undefined> = partitions.map(() => undefined)
  const owners: Array<Member | undefined> = partitions.map(() => undefined)
  const grown = yield* Latch.make(false)
  let members: ReadonlyArray<Member> = []

  const produce = Effect.fnUntraced(function*(partition: PartitionId, record: Produced) {
    yield* Chance.pause
    if (yield* Chance.happens(faults.appendLost)) return yield* new AppendUnknown({ detail: "lost" })
    const copies = (yield* Chance.happens(faults.appendTwice)) ? 2 : 1
    const timestamp = Math.floor(yield* Clock.currentTimeMillis)
    const value = utf8.encode(record.value)
    let offset = Offset.make(0)
    for (let copy = 0; copy < copies; copy++) {
      offset = Offset.make(records[partition]!.length)
      records[partition]!.push({ partition, offset, timestamp, key: record.key, value, headers: record.headers })
      yield* trace.note(`append ${partition}/${offset} ${record.headers["type"] ?? "place"} ${record.value}`)
    }
    yield* grown.open
    if (yield* Chance.happens(faults.appendUnanswered)) return yield* new AppendUnknown({ detail: "answer lost" })
    return { partition, offset }
  })

  const append = ({ headers, itemId, value }: NewRecord) =>
    produce(home(itemId, PARTITIONS), { key: itemId, value, headers })

  /** Shares the partitions out anew, in an order by the seed. */
  const rebalance = Effect.gen(function*() {
    const order = yield* Random.shuffle(members)
    order.forEach((member, index) => {
      member.assigned = new Set(partitions.filter((partition) => partition % order.length === index))
    })
    yield* trace.note(
      `rebalance ${order.map(({ assigned, process }) => `${process.name}: ${[...assigned].join()}`).join("; ")}`
    )
  })

  const leave = (member: Member) =>
    Effect.suspend(() => {
      if (!members.includes(member)) return Effect.void
      members = members.filter((other) => other !== member)
      partitions.forEach((partition) => {
        if (owners[partition] === member) owners[partition] = undefined
      })
      return members.length === 0 ? Effect.void : rebalance
    })

  /** Puts out who has been silent for too long. Runs for as long as the world. */
  const watch = Effect.forever(Effect.gen(function*() {
    yield* Effect.sleep(HEARTBEAT)
    const now = yield* Clock.currentTimeMillis
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
    const take = (max: number) =>
      Effect.gen(function*() {
        yield* Chance.pause
        yield* mine
        while (next >= records[partition]!.length) {
          yield* grown.close
          yield* Effect.raceFirst(grown.await, Effect.sleep(HEARTBEAT))
          yield* mine
        }
        const count = yield* Random.nextIntBetween(1, Math.max(2, Math.min(max, MAX_BATCH)))
        const batch = records[partition]!.slice(next, next + count)
        next += batch.length
        return batch
      })
    return {
      partition,
      committed: Effect.map(mine, () => committed[partition]),
      bounds: Effect.map(mine, () => ({ start: Offset.make(0), end: Offset.make(records[partition]!.length) })),
      seek: (offset) =>
        Effect.map(mine, () => {
          next = offset
        }),
      take,
      commit: (offset) =>
        Effect.gen(function*() {
          yield* Chance.pause
          yield* mine
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
      yield* Effect.sleep(HEARTBEAT)
      yield* Process.alive
    }
    if (!isAssigned()) return
    owners[partition] = member
    const revoked = yield* Latch.make(false)
    const working = yield* Effect.forkChild(worker(own(member, partition, revoked)))
    while (isAssigned() && working.pollUnsafe() === undefined) {
      yield* Effect.sleep(HEARTBEAT)
      yield* Process.alive
    }
    yield* revoked.open
    yield* Effect.timeoutOption(Fiber.await(working), REVOKE_PATIENCE)
    yield* Fiber.interrupt(working)
    if (owners[partition] === member) owners[partition] = undefined
  })

  const consume = Effect.fnUntraced(function*(worker: (owned: OwnedPartition) => Effect.Effect<void>) {
    const process = yield* Process.Process
    let member: Member | undefined
    yield* Effect.addFinalizer(() =>
      Effect.andThen(Process.alive, Effect.suspend(() => member === undefined ? Effect.void : leave(member)))
    )
    return yield* Effect.forever(Effect.gen(function*() {
      const joined: Member = { process, assigned: new Set(), heardAt: yield* Clock.currentTimeMillis }
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
        yield* Effect.sleep(HEARTBEAT)
        yield* Process.alive
      }
      yield* Effect.forEach(held.values(), Fiber.await, { discard: true })
    }))
  })

  return {
    layer: Layer.succeed(OrderLog, {
      partitions: Effect.succeed(PARTITIONS),
      append,
      offer: (record, answered) => void Effect.runCallback(append(record), { onExit: answered }),
      consume,
      isUp: Effect.succeed(true)
    }),
    append,
    /** Somebody else's producer: any key, or none, in any partition. */
    produce,
    records,
    committed,
    rebalance: Effect.suspend(() => members.length === 0 ? Effect.void : rebalance),
    watch
  }
})
