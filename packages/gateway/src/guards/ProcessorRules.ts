/**
 * Whether the processor that owns an item's partition knows version 2 of the rules, by what processors publish beside
 * their backlogs. What needs that version is not appended before: an older build would make a dead letter of it.
 *
 * **Details**: a reading is made only where one is asked for, at most every `READ_EVERY`. One that is not old and says
 * yes is used while the next is made, so that holds do not wait for it. While the store is away the last one holds,
 * however old.
 */
import { type Backlog, Backlogs } from "@flash-sale/domain/ports/Backlogs"
import type { ItemId } from "@flash-sale/domain/records/Ids"
import { home, type PartitionId } from "@flash-sale/domain/records/Partition"
import * as RulesVersions from "@flash-sale/domain/rules/RulesVersions"
import type * as Completion from "@flash-sale/infra/actor/Completion"
import { outlivingBugs } from "@flash-sale/infra/observability/Background"
import * as Monotonic from "@flash-sale/infra/time/Monotonic"
import { Context, Effect, Exit, Layer } from "effect"
import { PartitionCount } from "./PartitionCount.ts"
import { StoreBreaker } from "./StoreBreaker.ts"

/** How old a reading may be before the next is made, and a yes before that is waited for, in milliseconds. */
export const READ_EVERY = 250
export const MAX_AGE = 2_000

export class ProcessorRules extends Context.Service<ProcessorRules, {
  /** Completes once, mostly at once: whether it knows version 2. */
  readonly ask: (itemId: ItemId, completion: Completion.Completion<Exit.Exit<boolean>>) => void
}>()("@flash-sale/gateway/guards/ProcessorRules") {}

const KNOWN: Exit.Exit<boolean> = Exit.succeed(true)
const NOT_KNOWN: Exit.Exit<boolean> = Exit.succeed(false)

export const layer: Layer.Layer<ProcessorRules, never, PartitionCount | StoreBreaker> = Layer.effect(
  ProcessorRules,
  Effect.gen(function*() {
    const backlogs = yield* Backlogs
    const storeBreaker = yield* StoreBreaker
    const partitionCount = yield* PartitionCount
    const monotonic = yield* Monotonic.reader
    const run = Effect.runCallbackWith(yield* Effect.context<never>())
    if ((backlogs.ownRules ?? 1) >= RulesVersions.CHECKOUT) return { ask: (_, completion) => completion(KNOWN) }

    let readings: ReadonlyMap<PartitionId, Backlog> = new Map()
    let readAt = Number.NEGATIVE_INFINITY
    let isReading = false
    let waiting: Array<readonly [ItemId, Completion.Completion<Exit.Exit<boolean>>]> = []

    const known = (itemId: ItemId): Exit.Exit<boolean> => {
      const count = partitionCount.now()
      const rules = count === undefined ? undefined : readings.get(home(itemId, count))?.rules
      return rules !== undefined && rules >= RulesVersions.CHECKOUT ? KNOWN : NOT_KNOWN
    }
    const read = (): void => {
      isReading = true
      const begunAt = monotonic()
      run(outlivingBugs("reading what processors know")(storeBreaker.askAside(backlogs.read)), {
        onExit: (found) => {
          isReading = false
          if (Exit.isSuccess(found)) {
            readings = found.value
            readAt = begunAt
          }
          const waited = waiting
          waiting = []
          for (const [itemId, completion] of waited) completion(known(itemId))
        }
      })
    }
    return {
      ask: (itemId, completion) => {
        const age = monotonic() - readAt
        const last = known(itemId)
        if (age < (last === KNOWN ? MAX_AGE : READ_EVERY)) completion(last)
        else waiting.push([itemId, completion])
        if (!isReading && age >= READ_EVERY) read()
      }
    }
  })
)
