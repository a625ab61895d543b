/** What is said of orders that were replayed, once it is known what became of them. */
import { FlashSaleError } from "@flash-sale/client"
import { expect, it, onTestFinished, vi } from "vitest"
import type { AdminCalls } from "../../../packages/pages/src/console/calls/AdminCalls.ts"
import { replay } from "../../../packages/pages/src/console/letters/LetterChanges.ts"
import { MOST_FOLLOWED } from "../../../packages/pages/src/console/letters/ReplayOutcomes.ts"

type Status = "PENDING" | "COMPLETED" | "FAILED_PAYMENT"
type Look = { readonly status: Status; readonly attempt: number } | undefined

/** An engine that replays all, and says of each order what it is at each look. */
const replayed = async (count: number, look: (id: number, time: number) => Look, isStopped = () => false) => {
  vi.useFakeTimers()
  onTestFinished(() => void vi.useRealTimers())
  const asked: Array<number> = []
  const outcomes = (outcome: string, ids: ReadonlyArray<string>) =>
    ids.map((id) => ({ id, outcome, request_id: `order-${id.split("-")[1]}`, item_id: "101", attempt: 2 }))
  const calls = {
    change: (
      _: string,
      __: string,
      { body }: { readonly body: { readonly dry_run?: boolean; readonly ids: ReadonlyArray<string> } }
    ) => Promise.resolve({ letters: outcomes(body.dry_run === true ? "would_reserve" : "replayed", body.ids) }),
    get: (path: string) => {
      const id = Number(path.split("-").at(-1))
      asked.push(id)
      const found = look(id, asked.filter((one) => one === id).length)
      if (found === undefined) return Promise.reject(new FlashSaleError("no", { code: "no_archive", status: 503 }))
      return Promise.resolve({ order: found })
    }
  } as unknown as AdminCalls
  const letters = Array.from({ length: count }, (_, id) => ({ id: `0-${id}`, reason: "Payment Timeout" as const }))
  const change = replay(calls, { kind: "these", letters }, () => {}, true)
  const { signal } = new AbortController()
  await change.preview!(signal, () => {}, {})
  const sending = change.send({
    values: { which: "tried" },
    reason: "a test",
    idempotencyKey: "key-1",
    onProgress: () => {},
    isStopped,
    signal
  })
  await vi.runAllTimersAsync()
  return { asked, said: await sending }
}

it("says how many were completed, and how many failed again", async () => {
  // The status of the attempt before is there for a while.
  const { said } = await replayed(5, (id, time) =>
    time === 1
      ? { status: "FAILED_PAYMENT", attempt: 1 }
      : { status: id < 3 ? "COMPLETED" : "FAILED_PAYMENT", attempt: 2 })
  expect(said).toBe("5 replayed: 3 completed, 2 failed again.")
})

it("says how many are not decided yet, within a bound, and asks no more about those that are", async () => {
  const { asked, said } = await replayed(2, (id) => ({ status: id === 0 ? "COMPLETED" : "PENDING", attempt: 2 }))
  expect(said).toBe("2 replayed: 1 completed, 1 not decided yet.")
  expect([asked.filter((id) => id === 0).length, asked.filter((id) => id === 1).length]).toEqual([1, 10])
})

it.each([
  ["there are many", MOST_FOLLOWED + 1, () => ({ status: "COMPLETED", attempt: 2 }) as const],
  ["nobody can say", 2, () => undefined]
])("says where to look where %s", async (_, count, look) => {
  const { asked, said } = await replayed(count, look)
  expect(said).toBe(
    `${count} replayed: what became of each stands in its order, and what failed again is a dead letter again.`
  )
  expect(asked.length).toBeLessThanOrEqual(1)
})
