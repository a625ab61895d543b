/** What every adapter of `Instances` does. */
import { assert, layer } from "@effect/vitest"
import { type GatewayInstance, InstanceId, type ProcessorInstance } from "@flash-sale/domain/instances/Instance"
import { Instances, LIVES_MILLIS, MAX_INSTANCES } from "@flash-sale/domain/ports/Instances"
import { PartitionId } from "@flash-sale/domain/records/Partition"
import { Effect, type Layer } from "effect"

const TEST_TIMEOUT = 60_000

const common = {
  host: "host-1",
  started_at: "2026-12-01T18:00:00.000Z",
  uptime_seconds: 7,
  version: "0.2.0",
  rules_version: 1,
  redis: true,
  kafka: true
}

export const gateway = (id: string, more: Partial<GatewayInstance> = {}): GatewayInstance => ({
  service: "gateway",
  id: InstanceId.make(id),
  ...common,
  stopping: false,
  breaker: "closed",
  partitions: 12,
  received_per_second: 100.5,
  accepted_per_second: 60,
  refused_per_second: { sold_out: 40.5 },
  failed_per_second: {},
  in_flight: 3,
  streams: 2,
  ...more
})

export const processor = (id: string, more: Partial<ProcessorInstance> = {}): ProcessorInstance => ({
  service: "processor",
  id: InstanceId.make(id),
  ...common,
  partitions: { running: 2, recovering: 0, waiting: 0, refusing: 0 },
  owned: [PartitionId.make(0), PartitionId.make(11)],
  folded_per_second: 60,
  lag: { records: 5, seconds: 0.25, partition: PartitionId.make(11) },
  halted: [],
  recovering: [],
  stopped_items: 0,
  payments: { in_flight: 4, in_doubt: 1, per_second: { paid: 59 }, held_back: false, simulated: true },
  dead_letters: { size: 1, oldest_seconds: 30 },
  ...more
})

/** Everybody who is listed now, taken out. */
export const clear = Effect.gen(function*() {
  const instances = yield* Instances
  for (const { instance } of yield* instances.list) yield* instances.withdraw(instance.id)
})

export const suite = <A, E>(name: string, adapter: Layer.Layer<A, E>): void =>
  layer(adapter, { excludeTestServices: true, timeout: TEST_TIMEOUT })(`Instances (${name})`, (it) => {
    it.effect("an instance is what it said last, until it is withdrawn", () =>
      Effect.gen(function*() {
        const instances = yield* Instances
        assert.deepStrictEqual(yield* instances.list, [])
        yield* instances.report(gateway("g-1", { in_flight: 1 }))
        yield* instances.report(processor("p-1"))
        yield* instances.report(gateway("g-1"))
        const listed = yield* instances.list
        const byId = (id: string) => listed.find(({ instance }) => instance.id === id)
        assert.deepStrictEqual(byId("g-1")?.instance, gateway("g-1"))
        assert.deepStrictEqual(byId("p-1")?.instance, processor("p-1"))
        assert.strictEqual(listed.length, 2)
        for (const { ageMillis } of listed) assert.isTrue(ageMillis >= 0 && ageMillis <= LIVES_MILLIS)
        yield* instances.withdraw(InstanceId.make("g-1"))
        yield* instances.withdraw(InstanceId.make("nobody"))
        assert.deepStrictEqual((yield* instances.list).map(({ instance }) => instance.id), [InstanceId.make("p-1")])
        yield* clear
      }), TEST_TIMEOUT)

    it.effect("the most are kept that reported last", () =>
      Effect.gen(function*() {
        const instances = yield* Instances
        const ids = Array.from({ length: MAX_INSTANCES + 20 }, (_, n) => `many-${String(n).padStart(4, "0")}`)
        for (const id of ids) yield* instances.report(gateway(id))
        const listed = yield* instances.list
        assert.strictEqual(listed.length, MAX_INSTANCES)
        assert.isTrue(listed.some(({ instance }) => instance.id === ids.at(-1)))
        yield* clear
        assert.deepStrictEqual(yield* instances.list, [])
      }), TEST_TIMEOUT)
  })
