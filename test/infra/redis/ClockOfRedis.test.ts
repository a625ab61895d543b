/** The clock of Redis' machine went back: what is left of a window or a lease is more than there can be. */
import { expect, layer } from "@effect/vitest"
import { OrderStatuses } from "@flash-sale/domain/ports/OrderStatuses"
import { CorrelationId, ItemId, RequestId, UserId } from "@flash-sale/domain/records/Ids"
import * as Keys from "@flash-sale/infra/redis/Keys"
import { Effect } from "effect"
import * as OwnRedis from "./OwnRedis.ts"

const SIX_HOURS = 6 * 60 * 60 * 1000
const policy = { owner: "gateway", leaseMillis: 30_000, maxRequests: 3, windowMillis: 60_000 }

const request = (id: string, user: string) => ({
  requestId: RequestId.make(id),
  userId: UserId.make(user),
  itemId: ItemId.make("101"),
  amount: 1,
  fingerprint: `${user}:101:1`,
  correlationId: CorrelationId.make("c")
})

layer(OwnRedis.layer, { excludeTestServices: true })("RedisOrderStatuses after the clock of Redis went back", (it) => {
  it.effect("a user's window begins anew, and does not last for hours", () =>
    Effect.gen(function*() {
      const { cli } = yield* OwnRedis.OwnRedis
      const { admit } = yield* OrderStatuses
      const key = Keys.rateLimit(UserId.make("limited"))
      yield* cli("SET", key, policy.maxRequests, "PX", SIX_HOURS)
      expect(yield* admit([request("w-1", "limited")], policy)).toEqual([
        { _tag: "Claimed", remaining: policy.maxRequests - 1 }
      ])
      expect(yield* cli("PTTL", key)).toBeLessThanOrEqual(policy.windowMillis)
      // A window of its proper length goes on.
      yield* cli("SET", key, policy.maxRequests, "PX", policy.windowMillis)
      expect(yield* admit([request("w-2", "limited")], policy)).toMatchObject([{ _tag: "Limited" }])
    }))

  it.effect("a claim that nobody confirmed lasts for a lease, and not for hours", () =>
    Effect.gen(function*() {
      const { cli } = yield* OwnRedis.OwnRedis
      const { admit, confirm } = yield* OrderStatuses
      const claimed = request("l-1", "u-1")
      const key = Keys.orderStatus(claimed.requestId)
      yield* admit([claimed], policy)
      yield* cli("PEXPIRE", key, SIX_HOURS)
      expect(yield* admit([claimed], policy)).toEqual([{ _tag: "Leased", same: true }])
      expect(yield* cli("PTTL", key)).toBeLessThanOrEqual(policy.leaseMillis)
      // An order that was accepted keeps its status.
      yield* confirm([{ owner: policy.owner, requestId: claimed.requestId }])
      const [known] = yield* Effect.repeat(admit([claimed], policy), { until: ([one]) => one?._tag === "Known" })
      expect(known).toMatchObject({ same: true, record: { status: "PENDING" } })
      expect(yield* cli("PTTL", key)).toBeGreaterThan(SIX_HOURS)
    }))
})
