/** Dead letters as the admin API shows and handles them. Field names are those of the wire. */
import { Schema } from "effect"
import { DeadLetterReason } from "../../ports/DeadLetters.ts"
import { ItemId } from "../../records/Ids.ts"
import { ChangeReason } from "../../records/operator/Operator.ts"
import * as Fields from "../Fields.ts"
import { OrderView } from "../OrdersApi.ts"
import * as AdminFields from "./AdminFields.ts"
import { LetterCounts } from "./letters/LetterCounts.ts"

/** Letters that one request may name. */
export const MAX_NAMED = 500

/** Which letters are meant: all that are open where nothing is said. */
export const filter = {
  reason: Schema.optionalKey(DeadLetterReason.annotate({ description: "Only letters with this reason" })),
  item: Schema.optionalKey(ItemId.annotate({ description: "Only letters of this item" })),
  older_than: Schema.optionalKey(
    AdminFields.Age.annotate({ description: "Only letters that were put longer ago than this: 30s, 10m, 2h or 1d" })
  )
}

const ofLetter = {
  id: Schema.String.annotate({ description: "Partition and offset of its record in the log" }),
  reason: DeadLetterReason,
  item_id: Schema.optionalKey(Schema.String.annotate({ description: "The key of its record" })),
  request_id: Schema.optionalKey(Schema.String.annotate({ description: "The order's" })),
  attempt: Schema.Int,
  correlation_id: Schema.String.annotate({ description: "That of the request which placed the order" }),
  put_at: Schema.String.annotate({ description: "When it was put, ISO 8601 in UTC" }),
  price: Schema.optionalKey(Schema.Int.annotate({ description: "Of one unit, as it was to be charged" })),
  currency: Schema.optionalKey(Schema.String)
}

/** A letter of a list. */
export const LetterRow = Schema.Struct(ofLetter).annotate({
  identifier: "LetterRow",
  description: "A record or order that needs a person."
})

export const LetterPage = Schema.Struct({
  letters: Schema.Array(LetterRow),
  open: LetterCounts,
  next: Schema.optionalKey(AdminFields.Next)
}).annotate({ identifier: "LetterPage", description: "A page of the letters that nobody has handled, oldest first." })

const handling = Schema.optionalKey(
  Schema.Struct({
    action: Schema.Literals(["replayed", "discarded"]),
    by: Schema.String,
    reason: Schema.String,
    at: Fields.Timestamp
  }).annotate({ description: "Who handled it; absent where that is too long ago" })
)

/** One letter, with the bytes of its record as far as they may be shown. */
export const LetterDetails = Schema.Struct({
  id: Schema.String.annotate({ description: "Partition and offset of its record in the log" }),
  state: Schema.Literals(["open", "handled"]),
  letter: Schema.optionalKey(LetterRow),
  value: Schema.optionalKey(Schema.Unknown.annotate({
    description: "The record's value as JSON, without the payment token"
  })),
  value_text: Schema.optionalKey(Schema.String.annotate({ description: "The same where it is no JSON" })),
  value_base64: Schema.optionalKey(Schema.String.annotate({ description: "The same where it is no text" })),
  order_status: Schema.optionalKey(Schema.String.annotate({
    description: "What its order is now; absent where nobody knows"
  })),
  order: Schema.optionalKey(OrderView),
  handling
}).annotate({
  identifier: "LetterDetails",
  description: "A letter, which is present while it is open, or who has handled it."
})

const selection = {
  ids: Schema.optionalKey(
    Schema.Array(AdminFields.LetterName).check(Schema.isMinLength(1), Schema.isMaxLength(MAX_NAMED)).annotate({
      description: `These letters, 1 to ${MAX_NAMED}: all of them are handled, or none`
    })
  ),
  filter: Schema.optionalKey(
    Schema.Struct(filter).annotate({
      description: "All letters that it leaves, at most the oldest 10000; {} leaves all. What cannot be handled is left"
    })
  ),
  reason: ChangeReason
}

const oneSelection = Schema.makeFilter(({ filter, ids }: { readonly filter?: unknown; readonly ids?: unknown }) =>
  (filter === undefined) === (ids === undefined)
    ? { path: ["ids"], issue: "exactly one of ids and filter is needed" }
    : undefined
)

/** Letters that are to be discarded. */
export const Discard = Schema.Struct(selection).check(oneSelection).annotate({
  identifier: "Discard",
  description: "Letters to discard, by their ids or by what they have in common, and why."
})

/** Letters that are to be replayed. */
export const Replay = Schema.Struct({
  ...selection,
  dry_run: Schema.optionalKey(Schema.Boolean.annotate({
    description: "Whether nothing is done, and each letter shows what would happen now"
  }))
}).check(oneSelection).annotate({
  identifier: "Replay",
  description: "Letters to replay, by their ids or by what they have in common, and why."
})

/** What became, or would become, of one letter. What is absent is not known, or has nothing to do with it. */
const LetterOutcome = Schema.Struct({
  id: Schema.String,
  outcome: Schema.String.annotate({
    description: "`replayed`, `recorded` (its attempt is in the log, the letter may be open), `discarded`, " +
      "`done_before`, `failed`, `left` (another cannot be handled, or `not_tried` in time), or why nothing was done"
  }),
  code: Schema.optionalKey(Schema.String.annotate({ description: "Why it failed, or would be refused" })),
  order_status: Schema.optionalKey(Schema.String.annotate({ description: "What its order is already" })),
  request_id: Schema.optionalKey(Schema.String.annotate({ description: "Of its order" })),
  item_id: Schema.optionalKey(Schema.String.annotate({ description: "The item of its order" })),
  amount: Schema.optionalKey(Schema.Int.annotate({ description: "Units that its order wants" })),
  attempt: Schema.optionalKey(Schema.Int.annotate({
    description: "The attempt that is made, or would be; where nothing is done, the one that is there"
  })),
  price_before: Schema.optionalKey(Schema.Int.annotate({ description: "Of one unit, as the letter has it" })),
  currency_before: Schema.optionalKey(Schema.String),
  price_now: Schema.optionalKey(Schema.Int.annotate({ description: "Of one unit, as the item is sold now" })),
  currency_now: Schema.optionalKey(Schema.String),
  certain: Schema.optionalKey(Schema.Boolean.annotate({
    description: "Of a dry run: false where the item is not wholly folded, so that it may come otherwise"
  })),
  detail: Schema.optionalKey(Schema.String.annotate({ description: "Why its item is stopped" })),
  kind: Schema.optionalKey(Schema.String.annotate({ description: "Of `not_taken`: what its record was" })),
  paid_back: Schema.optionalKey(
    Schema.Literal(true).annotate({
      description: "Present where discarding it says that its buyer has the money back"
    })
  ),
  handling
})

export const Handled = Schema.Struct({
  dry_run: Schema.Boolean,
  total: Schema.Int.annotate({ description: "Letters that were meant" }),
  sums: Schema.Record(Schema.String, Schema.Int).annotate({ description: "How many letters have each outcome" }),
  letters: Schema.Array(LetterOutcome)
}).annotate({ identifier: "LettersHandled", description: "What became, or would become, of each letter." })
