/** Fields that several bodies and questions of the admin API have. */
import { Schema } from "effect"
import { Offset, PartitionId } from "../../records/Partition.ts"
import { limitOf } from "../lists/Paging.ts"

/** The most that one page of a list holds. */
export const MAX_PAGE = 200
/** What a page holds where nothing is said. */
export const PAGE = 50
/** The longest cursor that is looked at, in characters: ours are shorter. */
const MAX_CURSOR = 1_000

/** What a list is asked for: how much, and from where on. */
export const page = {
  cursor: Schema.optionalKey(
    Schema.String.check(Schema.isMaxLength(MAX_CURSOR)).annotate({
      description: "`next` of the page before; the first page where it is absent"
    })
  ),
  limit: Schema.optionalKey(limitOf(MAX_PAGE, `How much a page holds: 1 to ${MAX_PAGE}, ${PAGE} where it is absent`))
}

/** Where the next page begins. Its inside is the engine's own. */
export const Next = Schema.String.annotate({
  description: "The cursor of the next page; absent where this is the last one"
})

/** The place of a record in the log. */
export const Position = Schema.Struct({
  partition: PartitionId,
  offset: Offset
}).annotate({ description: "The place of the change's record in the log" })

/** How long ago something was. */
export const Age = Schema.String.check(
  Schema.isPattern(/^(?:\d{1,9}(?:s|m|h|d)){1,4}$/, { message: "must be a duration such as 30s, 10m, 2h or 1d" })
)

/** The id of a dead letter. */
export const LetterName = Schema.String.check(
  Schema.isPattern(/^(?:[\w.-]{1,249}\/)?\d{1,4}-\d{1,16}$/, { message: "must be the id of a letter, such as 3-1742" })
).annotate({ description: "Partition and offset of its record in the log, such as 3-1742" })

const KEY = /^[\x21-\x7e]{1,255}$/

/** The caller's own name for one change: sent again, it counts once. */
export const idempotency = {
  "idempotency-key": Schema.optionalKey(
    Schema.String.check(
      Schema.isPattern(KEY, { message: "must be 1 to 255 characters of ASCII without spaces" })
    ).annotate({
      description: "The caller's own name for this change. Sent again within a day it counts once; with another " +
        "body it is answered 422"
    })
  )
}
