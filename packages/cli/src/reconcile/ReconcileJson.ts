/** What a comparison found, for programs: an object for each item and each partition that is worth one, a line each. */
import type * as Audit from "@flash-sale/audit/Audit"
import * as Differences from "@flash-sale/audit/Differences"
import * as Finding from "@flash-sale/audit/Finding"
import { Console, Effect } from "effect"

export const report = Effect.fnUntraced(function*(result: Audit.AuditedPartition) {
  const { findings, incomparable, mark, partition, records, refused, start } = result
  const isUnmarked = mark === undefined && records > 0
  if (refused !== undefined || isUnmarked || incomparable > 0) {
    yield* Console.log(
      JSON.stringify({ partition, refused: refused ?? null, unmarked: isUnmarked, incomparable, log_begins: start })
    )
  }
  for (const finding of findings) {
    yield* Console.log(JSON.stringify({
      item_id: finding.itemId,
      partition,
      position: finding.position,
      differs: Finding.differs(finding),
      wrong: finding.wrong,
      differences: Differences.lines(finding.differences, "log", "store").map((line) => line.trim()),
      by_hand: finding.byHand
    }))
  }
})
