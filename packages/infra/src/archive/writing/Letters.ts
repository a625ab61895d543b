/** Takes dead letters in, and how they were handled: either may come first. */
import type { ArchiveBatch, ArchiveUnavailable } from "@flash-sale/domain/ports/Archive"
import { Effect } from "effect"
import * as EntryRow from "../rows/EntryRow.ts"
import * as LetterRow from "../rows/LetterRow.ts"
import * as Columns from "../sql/Columns.ts"
import type { Session, Statement } from "../sql/Session.ts"

/** Handlings that are not known yet, under the order of their letter where that is known. */
const INSERT_HANDLED: Statement = {
  columns: { ...EntryRow.COLUMNS, letter_id: "text" },
  sql: `INSERT INTO archive_entries(${Object.keys(EntryRow.COLUMNS).join(", ")})
    SELECT input.id, coalesce(letter.request_id, input.request_id), coalesce(letter.item_id, input.item_id),
      input.partition, input.sequence, input.type, input.at, input.by_name, input.reason, input.body
    FROM input LEFT JOIN archive_entries AS letter
      ON letter.partition = input.partition AND letter.sequence = input.sequence AND letter.id = input.letter_id
    WHERE NOT EXISTS (
      SELECT 1 FROM archive_entries AS known
      WHERE known.partition = input.partition AND known.sequence = input.sequence AND known.id = input.id
    )`
}

/** Handlings that came before their letter. */
const FIND_ORDER: Statement = {
  columns: { handled_id: "text", request_id: "text", item_id: "text", partition: "integer", sequence: "integer" },
  sql: `UPDATE archive_entries SET request_id = input.request_id, item_id = input.item_id FROM input
    WHERE archive_entries.partition = input.partition AND archive_entries.sequence = input.sequence
      AND archive_entries.id = input.handled_id`
}

const firstById = <A extends EntryRow.EntryValues>(all: ReadonlyArray<A>): ReadonlyArray<A> => {
  const first = new Map<EntryRow.EntryValues["id"], A>()
  for (const one of all) if (!first.has(one.id)) first.set(one.id, one)
  return [...first.values()]
}

export const take = (
  session: Session,
  { handlings, letters }: Pick<ArchiveBatch, "handlings" | "letters">
): Effect.Effect<void, ArchiveUnavailable> =>
  Effect.gen(function*() {
    yield* session.each(EntryRow.INSERT, firstById(letters.map(LetterRow.ofLetter)))
    yield* session.each(
      INSERT_HANDLED,
      firstById(handlings.map((one) => ({
        ...LetterRow.ofHandling(one),
        letter_id: Columns.storable(LetterRow.letterIds(one).put)
      })))
    )
    yield* session.each(
      FIND_ORDER,
      letters.map((letter) => {
        const { item_id, partition, request_id, sequence } = LetterRow.ofLetter(letter)
        return {
          handled_id: Columns.storable(LetterRow.letterIds(letter).handled),
          item_id,
          partition,
          request_id,
          sequence
        }
      })
    )
  })
