/** Webhooks in a database: one that is delivered to, whose deliveries have failed, and one that is gone. */
import { ArchiveWriter } from "@flash-sale/domain/ports/Archive"
import { WebhookQueue } from "@flash-sale/domain/ports/WebhookQueue"
import { EndpointName } from "@flash-sale/domain/webhooks/Endpoint"
import { Effect, Schedule } from "effect"
import { fresh } from "../../contract/archive/ArchiveContract.ts"
import { batch, step, timeAt } from "../../contract/archive/Telling.ts"

export const SHOP = EndpointName.make("shop")
export const GONE = EndpointName.make("gone")
const HOLDER = { name: "one", leaseMillis: 600_000, asks: false }

const urlOf = (name: string) => `https://user:password@${name}.example/hooks?token=secret`

/**
 * Of five orders two deliveries wait and three are dead. Whoever holds them answers tests of `SHOP` with this status
 * from then on, until the scope ends. Gives the ids of the events, the oldest first.
 */
export const make = (status: number) =>
  Effect.gen(function*() {
    const queue = yield* WebhookQueue
    const writer = yield* ArchiveWriter
    yield* queue.list([SHOP, GONE].map((name) => ({ name, url: urlOf(name), events: ["order.*"], isDisabled: false })))
    const hold = queue.hold(HOLDER, [SHOP, GONE])
    const shop = (yield* hold).find(({ name }) => name === SHOP)!
    yield* writer.record(batch([1, 2, 3, 4, 5].map((at) => step("order.completed", fresh(at)))))
    const { events, upTo } = yield* queue.page(shop.cursor, 1_000)
    const failed = events.map((event, at) => ({
      event,
      failure: { at: timeAt(at), dueAt: at < 3 ? undefined : timeAt(1_000), status: 503, error: "503" }
    }))
    yield* queue.advance(SHOP, HOLDER.name, upTo, failed, { successAt: timeAt(9), failure: failed[0]!.failure })
    yield* queue.gone(GONE, HOLDER.name, urlOf(GONE), timeAt(7))
    const isDelivered = status < 300
    const answer = Effect.gen(function*() {
      const tests = (yield* hold).filter(({ name }) => name === SHOP).flatMap((held) => held.tests)
      const result = { doneAt: timeAt(20), isDelivered, status, error: isDelivered ? undefined : String(status) }
      yield* Effect.forEach(tests, (id) => queue.settleTest(id, { ...result, tookMillis: 31 }))
    })
    yield* Effect.forkScoped(Effect.repeat(answer, Schedule.spaced("50 millis")))
    return events.map(({ id }) => id)
  })
