/** `POST /admin/v1/sales/pause-all` and `…/resume-all`. */
import * as AllItems from "@flash-sale/operations/items/AllItems"
import * as EveryItem from "@flash-sale/operations/items/EveryItem"
import { Effect } from "effect"
import * as Audit from "../request/Audit.ts"
import * as Failures from "../request/Failures.ts"

/** How long listing every item may take, before the first is changed. */
const LISTED_WITHIN = "30 seconds"
/** How long changing every item may take; those that are done by then are done, and the others are named. */
const ALL_WITHIN = "60 seconds"

const shown = ({ done, failed, incomplete, total }: EveryItem.EveryResult) => ({
  total,
  done,
  failed: failed.map(({ code, itemId }) => ({ item_id: itemId, code })),
  ...(incomplete.length === 0 ? {} : { incomplete_partitions: incomplete })
})

/** Pauses or resumes the sale of every item that there is. */
export const change = (paused: boolean, { reason }: { readonly reason: string }) =>
  Effect.gen(function*() {
    const operator = yield* Audit.operator(reason)
    const listed = yield* Failures.boundedRead(AllItems.list, LISTED_WITHIN)
    return shown(yield* EveryItem.change(listed, { paused }, operator, { within: ALL_WITHIN }))
  }).pipe(
    Failures.answered,
    Audit.told({
      change: paused ? "pause_all" : "resume_all",
      detail: `${paused ? "pause" : "resume"} every sale`,
      reason
    }, ({ done, total }) => Audit.extentOf(done, total))
  )
