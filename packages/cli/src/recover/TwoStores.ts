/** Two stores against each other, item by item and entry by entry. */
import * as Differences from "@flash-sale/audit/Differences"
import type { StoredItem, StoredItems } from "@flash-sale/domain/ports/StoredItems"
import type { ItemId } from "@flash-sale/domain/records/Ids"
import type { PartitionId } from "@flash-sale/domain/records/Partition"
import { Console, Effect } from "effect"

type Stored = StoredItems["Service"]

/** How often an item that is at two positions is read again, as a processor may be folding it, and how soon. */
const TRIES = 5
const TRY_AGAIN = "200 millis"

export interface Compared {
  readonly items: number
  readonly differ: number
  /** Items that were never at the same position. */
  readonly apart: number
}

/** Prints what differs. An answer that is not published yet is no difference: it goes when it is. */
export const run = Effect.fnUntraced(function*(left: Stored, right: Stored, partitions: ReadonlyArray<PartitionId>) {
  const total = { items: 0, differ: 0, apart: 0 }
  for (const partition of partitions) {
    const items = new Set([...yield* left.items(partition), ...yield* right.items(partition)])
    for (const itemId of items) {
      const verdict = yield* compare(left, right, partition, itemId)
      total.items++
      if (verdict === "differ") total.differ++
      if (verdict === "apart") total.apart++
    }
  }
  return total satisfies Compared
})

const compare = Effect.fnUntraced(function*(left: Stored, right: Stored, partition: PartitionId, itemId: ItemId) {
  let [here, there] = [yield* left.read(partition, itemId), yield* right.read(partition, itemId)]
  for (let tried = 1; tried < TRIES && here.position !== there.position; tried++) {
    yield* Effect.sleep(TRY_AGAIN)
    here = yield* left.read(partition, itemId)
    there = yield* right.read(partition, itemId)
  }
  if (here.position !== there.position) {
    yield* Console.log(
      `item ${itemId}: ${left.location} has folded it up to ${here.position}, ${right.location} up to ${there.position}`
    )
    return "apart" as const
  }
  const differences = Differences.between(here.dump, there.dump, () => false)
  const damages = [...damagesOf(left, here), ...damagesOf(right, there)]
  for (const line of [...waiting(left, here), ...waiting(right, there)]) {
    yield* Console.log(`item ${itemId}: ${line}`)
  }
  if (differences.count === 0 && damages.length === 0) return "same" as const
  yield* Console.log(`item ${itemId}, partition ${partition}, offset ${here.position}, differs:`)
  for (const line of [...damages, ...Differences.lines(differences, left.location, right.location)]) {
    yield* Console.log(line)
  }
  return "differ" as const
})

const damagesOf = ({ location }: Stored, { damages }: StoredItem) => damages.map((damage) => `  ${location}: ${damage}`)

const waiting = ({ location }: Stored, { byHand }: StoredItem) => byHand.map((line) => `${location}: ${line}`)
