/** The running counts of orders turned away, judged by the log: each is the fold's, and none is left out. */
import type * as CloudEvent from "@flash-sale/domain/events/CloudEvent"
import type { ItemId } from "@flash-sale/domain/records/Ids"
import * as Fold from "@flash-sale/domain/rules/Fold"
import * as Refused from "@flash-sale/domain/rules/Refused"
import type { ItemRecords } from "./EventChecks.ts"

/** A record that has turned orders away, and the counts after it. */
export interface Moved {
  readonly itemId: ItemId
  readonly sequence: number
  readonly id: string
  readonly refused: Refused.Refused
}

/** The records of an item that turn orders away, in the log's order. */
export const movedIn = ({ itemId, records }: ItemRecords): ReadonlyArray<Moved> => {
  const moved: Array<Moved> = []
  let state = Fold.nothing
  for (const { command, record: { offset } } of records) {
    const result = Fold.fold(state, { expected: undefined, commands: [{ command, offset }], published: [] })
    if (result._tag !== "Folded") throw new Error(`the log itself does not fold: ${result._tag}`)
    if (result.state.item.rejectedCount > state.item.rejectedCount) {
      const refused = Refused.of(result.state.item)
      moved.push({ itemId, sequence: offset, id: `the count of ${itemId} at ${offset}`, refused })
    }
    state = result.state
  }
  return moved
}

/** Those of which the event tells: the last one up to its record, and with it all before. */
export const toldBy = (moved: ReadonlyArray<Moved>, { sequence, subject, type }: CloudEvent.ItemCloudEvent) =>
  type === "item.refused"
    ? moved.filter(({ itemId, sequence: offset }) => itemId === subject && offset <= Number(sequence))
    : []

/** What is wrong with these counts: one that is not the fold's at its record, and a move from `from` on, never told. */
export const wrongCounts = (
  moved: ReadonlyArray<Moved>,
  events: Iterable<CloudEvent.ItemCloudEvent>,
  from: number
): ReadonlyArray<string> => {
  const told = new Set<string>()
  const wrong: Array<string> = []
  for (const event of events) {
    if (event.type !== "item.refused") continue
    const counted = toldBy(moved, event)
    for (const { id } of counted) told.add(id)
    const right = JSON.stringify(Object.entries(counted.at(-1)?.refused ?? {}).toSorted())
    const said = JSON.stringify(Object.entries(event.data.refused).toSorted())
    if (right !== said) wrong.push(`${event.id} says ${said}, and the fold ${right}`)
  }
  return [
    ...wrong,
    ...moved.flatMap(({ id, sequence }) => sequence < from || told.has(id) ? [] : [`${id} is never told`])
  ]
}
