/** Pausing the sale of every item, and resuming it. */
import { countOf } from "../../sale/TimeLeft.ts"
import type { AdminCalls } from "../calls/AdminCalls.ts"
import type { SalesChanged } from "../calls/Wire.ts"
import { type Change, effects } from "../parts/Change.ts"
import { numbered } from "../words/Figures.ts"

/** Items that are named of those that failed. */
const NAMED = 5

const saidOf = (
  isPause: boolean,
  { done, failed, incomplete_partitions: incomplete, total }: SalesChanged
): string => {
  const parts = [`Every sale: ${countOf(done)} of ${numbered(total, "item")} ${isPause ? "paused" : "resumed"}.`]
  if (failed.length > 0) {
    const some = failed.slice(0, NAMED).map(({ code, item_id: id }) => `${id} (${code})`).join(", ")
    parts.push(`Not done: ${some}${failed.length > NAMED ? ` and ${countOf(failed.length - NAMED)} more` : ""}.`)
  }
  if (incomplete !== undefined) parts.push("Partitions are folded again, and may hold more items: do it again later.")
  return parts.join(" ")
}

export const everySale = (calls: AdminCalls, isPause: boolean, after: () => void): Change => ({
  title: isPause ? "Pause every sale" : "Resume every sale",
  action: isPause ? "Pause all" : "Resume all",
  isDestructive: true,
  effects: () =>
    isPause
      ? effects(
        "No more orders are taken for any item that there is, until its sale is resumed.",
        "What buyers hold can still be paid for."
      )
      : effects("Orders are taken again for every item, within its times: also for items that were paused one by one."),
  send: async ({ reason, signal }) =>
    saidOf(
      isPause,
      await calls.change("POST", `/sales/${isPause ? "pause" : "resume"}-all`, { body: { reason } }, signal)
    ),
  after
})
