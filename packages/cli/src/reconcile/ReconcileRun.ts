/** The store against the log, partition by partition. */
import * as Audit from "@flash-sale/audit/Audit"
import * as Differences from "@flash-sale/audit/Differences"
import * as Finding from "@flash-sale/audit/Finding"
import { ItemStore } from "@flash-sale/domain/ports/ItemStore"
import { LogReader } from "@flash-sale/domain/ports/LogReader"
import type { ItemId } from "@flash-sale/domain/records/Ids"
import { home, PartitionId } from "@flash-sale/domain/records/Partition"
import * as Check from "@flash-sale/operations/doctor/Check"
import { Console, Effect } from "effect"
import * as AuditTarget from "../terminal/AuditTarget.ts"
import * as CommandFailed from "../terminal/CommandFailed.ts"
import * as Progress from "../terminal/Progress.ts"
import * as Target from "../terminal/Target.ts"
import * as ReconcileJson from "./ReconcileJson.ts"
import * as Repair from "./Repair.ts"

export interface Options {
  readonly item: ItemId | undefined
  readonly apply: boolean
  /** Prints objects, a line each. Nothing is repaired then. */
  readonly json?: boolean
}

/** What a comparison came to. */
export interface Compared {
  readonly items: number
  /** Items that differ, and stay so. */
  readonly differing: number
  /** Partitions of which not all could be compared. */
  readonly unclear: number
}

/** Prints what differs, and repairs it where that is asked for. */
export const compare = Effect.fnUntraced(function*({ apply, item, json = false }: Options) {
  yield* AuditTarget.untilUp
  const reader = yield* LogReader
  const count = yield* Target.bounded(reader.partitions)
  const partitions = item === undefined
    ? Array.from({ length: count }, (_, partition) => PartitionId.make(partition))
    : [home(item, count)]
  const bounds = yield* Target.bounded(Effect.forEach(partitions, reader.bounds))
  const total = bounds.reduce((sum, { end, start }) => sum + end - start, 0)
  let read = 0
  const onRead = (records: number) => void (read += records)
  const results: ReadonlyArray<Audit.AuditedPartition> = yield* Progress.during(
    Effect.forEach(partitions, (partition) => Audit.run({ partition, count, only: item, onRead })),
    () => Progress.line("records folded", Math.min(read, total), total)
  )
  yield* Effect.forEach(results, json ? ReconcileJson.report : report, { discard: true })
  if (item !== undefined) yield* requireKnown(item, count, results)
  const items = results.reduce((sum, result) => sum + result.compared, 0)
  const wrong = results.flatMap(({ findings }) => findings.filter(Finding.differs))
  const unclear = results.filter(isUnclear).length
  yield* Console.log(
    json
      ? JSON.stringify({ items_compared: items, differing: wrong.length, unclear_partitions: unclear })
      : `${Check.count(items, "item")} compared, ${wrong.length} differ`
  )
  const differing = apply ? yield* repair(results) : wrong.length
  return { items, differing, unclear } satisfies Compared
})

/** An item that the log knows and the store does not has a finding. One that neither knows was typed wrongly. */
const requireKnown = Effect.fnUntraced(function*(
  item: ItemId,
  count: number,
  results: ReadonlyArray<Audit.AuditedPartition>
) {
  if (results.some((result) => result.findings.length > 0 || isUnclear(result))) return
  const store = yield* ItemStore
  const { isKnown } = yield* Target.bounded(store.read(home(item, count), item))
  if (!isKnown) return yield* CommandFailed.failed(`item ${item} is not known: nothing was compared`)
})

/** Compares, and fails where something differs that stays, or could not be compared. */
export const run = Effect.fnUntraced(function*(options: Options) {
  const { differing, unclear } = yield* compare(options)
  if (differing === 0 && unclear === 0) return
  return yield* CommandFailed.failed(
    ...(differing > 0
      ? [`items that differ from the log: ${differing}${options.apply ? "" : "; --apply has them folded again"}`]
      : []),
    ...(unclear > 0 ? [`partitions that are not wholly compared: ${unclear}`] : [])
  )
})

/** Whether a partition has records of which it is unknown whether the store has folded them. */
const isUnclear = ({ incomparable, mark, records, refused }: Audit.AuditedPartition): boolean =>
  refused !== undefined || incomparable > 0 || (mark === undefined && records > 0)

const report = Effect.fnUntraced(function*(result: Audit.AuditedPartition) {
  const { findings, incomparable, mark, partition, records, refused, start } = result
  if (refused !== undefined) yield* Console.log(`partition ${partition}: ${refused}`)
  else if (mark === undefined && records > 0) {
    yield* Console.log(`partition ${partition}: carries no mark: a processor folds it to its end when it runs`)
  }
  if (incomparable > 0) {
    yield* Console.log(
      `partition ${partition}: the log begins at ${start}, so what came before cannot be folded again: ` +
        `${incomparable} items cannot be compared. Two stores can be compared without a log: ` +
        "flash-sale recover --compare --to host:port, with a backup restored there"
    )
  }
  for (const finding of findings) {
    const { byHand, differences, itemId, position, wrong } = finding
    if (Finding.differs(finding)) {
      yield* Console.log(`item ${itemId}, partition ${partition}, offset ${position}, differs:`)
    }
    for (const line of wrong) yield* Console.log(`  ${line}`)
    for (const line of Differences.lines(differences, "log", "store")) yield* Console.log(line)
    for (const line of byHand) yield* Console.log(`item ${itemId}: ${line}`)
  }
})

/** Repairs what can be repaired. Returns how many items still differ then. */
const repair = Effect.fnUntraced(function*(results: ReadonlyArray<Audit.AuditedPartition>) {
  let left = 0
  for (const result of results) {
    const wrong = result.findings.filter(Finding.differs)
    const repairable = wrong.filter(({ isRepairable }) => isRepairable)
    left += wrong.length - repairable.length
    for (const { itemId } of wrong.filter(({ isRepairable }) => !isRepairable)) {
      yield* Console.log(`item ${itemId}: folding it again would not make it right, so it is left alone`)
    }
    if (repairable.length > 0) left += yield* Repair.run(result, repairable)
  }
  return left
})
