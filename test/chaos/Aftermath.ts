/** What must be so whatever has happened. */
import { Effect } from "effect"
import { expect } from "vitest"
import * as Processors from "./Processors.ts"
import type { Scene } from "./Scene.ts"
import * as Services from "./Services.ts"
import type { Store } from "./Store.ts"

/** Keys that one question asks for. */
const CHUNK = 1_000

/** What is read of a key `order_status:<request_id>`. */
export interface Status {
  readonly request_id: string
  readonly item_id: string
  readonly status: string
  readonly reason?: string
  readonly attempt: number
}

const OPEN = ["PENDING", "RESERVED"]

/** Every status that Redis holds. */
export const statuses = (store: Store): Promise<ReadonlyArray<Status>> =>
  store.ask(async (redis) => {
    const keys = await redis.keys("order_status:*")
    const found: Array<Status> = []
    for (let from = 0; from < keys.length; from += CHUNK) {
      for (const text of await redis.mget(keys.slice(from, from + CHUNK))) {
        if (text !== null) found.push(JSON.parse(text))
      }
    }
    return found
  })

export interface Finals {
  /** Looks at every status. A final one that has become another is noted. */
  readonly check: () => Promise<void>
  /** What has changed and must not have. */
  readonly changed: () => ReadonlyArray<string>
}

/** Final statuses as they were seen first. */
export const finals = (store: Store): Finals => {
  const seen = new Map<string, string>()
  const changed: Array<string> = []
  return {
    changed: () => changed,
    check: async () => {
      for (const { attempt, reason, request_id: id, status } of await statuses(store)) {
        const now = `${status} ${reason ?? ""} ${attempt}`
        const before = seen.get(id)
        if (before !== undefined && before !== now) changed.push(`${id}: ${before}, now ${now}`)
        if (before === undefined && !OPEN.includes(status)) seen.set(id, now)
      }
    }
  }
}

/**
 * Each sale has one charge, but for those for which a shop has taken the money itself, which have none; and whatever
 * else was charged went back.
 */
export const charges = async (
  { provider, store }: Pick<Scene, "provider" | "store">,
  paidAtTheShop = 0
): Promise<string> => {
  const { conflicts, entries } = await Effect.runPromise(provider.ledger)
  expect(conflicts).toEqual([])
  const all = Object.entries(entries)
  const wrong = all.filter(([, { charges, refunds, state }]) =>
    state === "paid" ? charges !== 1 || refunds !== 0 : charges !== refunds || charges > 1
  )
  expect(wrong).toEqual([])
  const completed = (await statuses(store)).filter(({ status }) => status === "COMPLETED")
  const sold = new Set(completed.map((one) => `${one.item_id}:${one.request_id}:${one.attempt}`))
  const paid = all.filter(([, { state }]) => state === "paid").map(([key]) => key)
  expect(paid.filter((key) => !sold.has(key))).toEqual([])
  expect(sold.size - paid.length).toBe(paidAtTheShop)
  const refunded = all.filter(([, { refunds }]) => refunds > 0).length
  return `${paid.length} charges kept, ${refunded} refunded, ${all.length - paid.length - refunded} never taken`
}

/** Nothing was given up but for its payment, and Redis is the fold of the log. */
export const sound = async ({ env }: Pick<Scene, "env">): Promise<void> => {
  await Processors.onlyPaymentTimeouts(env)
  const { code, output } = await Services.run(["reconcile"], env)
  expect(output).toContain(" 0 differ")
  expect(code).toBe(0)
}
