/** Dead letters, and how they were handled, as rows of `archive_entries`. */
import type { DeadLetter, Handling, LetterId } from "@flash-sale/domain/ports/DeadLetters"
import { isItemId } from "@flash-sale/domain/records/Ids"
import * as Columns from "../sql/Columns.ts"
import * as EntryRow from "./EntryRow.ts"

/** Behind the id of a letter it makes that of its handling. */
const HANDLED = "-handled"

/** The ids of a letter and of its handling. A letter from before the log was moved names its topic. */
export const letterIds = ({ offset, partition, topic }: LetterId) => {
  const place = `${topic === undefined ? "" : `${topic}:`}${partition}-${offset}`
  return { put: `${place}-letter`, handled: `${place}-letter${HANDLED}` }
}

/** Money that a shop has taken and owes to the buyer, until a person has handled its letter. */
const PAYMENT_WITHOUT_ORDER: DeadLetter["error"] = "Payment Without Order"

/** The letters of payments that a shop owes, in SQL. */
export const IS_REFUND_DUE = `type = 'letter.put' AND reason = '${PAYMENT_WITHOUT_ORDER}'`
/** Whether nobody has handled the letter of this name. */
export const isOpen = (letter: string): string =>
  `NOT EXISTS (SELECT 1 FROM archive_entries AS handled WHERE handled.partition = ${letter}.partition
    AND handled.sequence = ${letter}.sequence AND handled.id = ${letter}.id || '${HANDLED}')`

/** A letter without the value of its record, which may hold what charges a buyer: that is in the letters' topic. */
export const ofLetter = (letter: DeadLetter): EntryRow.EntryValues => ({
  id: Columns.storable(letterIds(letter).put),
  request_id: letter.requestId ?? EntryRow.NONE,
  item_id: isItemId(letter.key) ? letter.key : EntryRow.NONE,
  partition: letter.partition,
  sequence: letter.offset,
  type: "letter.put",
  at: Columns.millisOf(letter.timestamp),
  by_name: null,
  reason: letter.error,
  body: JSON.stringify({
    data: {
      topic: letter.topic,
      partition: letter.partition,
      offset: letter.offset,
      key: letter.key,
      error: letter.error,
      request_id: letter.requestId,
      correlation_id: letter.correlationId,
      attempt: letter.attempt,
      price: letter.price,
      currency: letter.currency,
      user_id: letter.userId,
      amount: letter.amount
    }
  })
})

/** How a letter was handled; of which order it was says its letter. */
export const ofHandling = (handling: Handling): EntryRow.EntryValues => ({
  id: Columns.storable(letterIds(handling).handled),
  request_id: EntryRow.NONE,
  item_id: EntryRow.NONE,
  partition: handling.partition,
  sequence: handling.offset,
  type: `letter.${handling.action}`,
  at: Columns.millisOf(handling.timestamp),
  ...EntryRow.changeOf({ by: handling.by, reason: handling.why }),
  body: JSON.stringify({
    data: { topic: handling.topic, partition: handling.partition, offset: handling.offset, action: handling.action }
  })
})
