/** One example of each body of the admin API, as it is on the wire, by the name of its schema in the document. */
import { correlation_id } from "../document/ProblemExamples.ts"
import type { JsonObject } from "../document/Spec.ts"
import * as AccessExamples from "./access/AccessExamples.ts"
import type * as AdminErrors from "./AdminErrors.ts"
import * as ArchiveExamples from "./archive/ArchiveExamples.ts"
import * as DoctorExamples from "./doctor/DoctorExamples.ts"
import type * as Items from "./ItemBodies.ts"
import type * as Changes from "./ItemChanges.ts"
import type * as Letters from "./LetterBodies.ts"
import * as OrderExamples from "./orders/OrderExamples.ts"
import * as OverviewExamples from "./OverviewExamples.ts"
import * as WebhookExamples from "./webhooks/WebhookExamples.ts"

const final = { retryable: false, correlation_id } as const

const counts = { item_id: "mug", available: 480, held: 2, sold: 18, stocked: 500 }
const position = { partition: 3, offset: 1742 }
const row = {
  ...counts,
  sale: { paused: false, per_user_limit: 2, price: 1250, currency: "EUR" },
  partition: 3,
  position: 1742
}
const letter = {
  id: "3-1742",
  reason: "Payment Timeout",
  item_id: "mug",
  request_id: "r-1",
  attempt: 1,
  correlation_id,
  put_at: "2026-12-01T18:00:05.123Z",
  price: 1250,
  currency: "EUR"
} as const
const order = { request_id: "r-1", item_id: "mug", amount: 1 } as const
const prices = { price_before: 1250, currency_before: "EUR", price_now: 1250, currency_now: "EUR" } as const

const items = {
  ItemRow: row satisfies typeof Items.ItemRow.Encoded,
  ItemPage: { items: [row], stopped: [], next: "eyJwIjozfQ" } satisfies typeof Items.ItemPage.Encoded,
  ItemRates: { seconds: 60, records: 12.5, sold: 0.3, left: 0.3 } satisfies typeof Items.ItemRates.Encoded,
  ItemDetails: {
    ...row,
    refused: { sold_out: 12_000, limit: 40 },
    rates: { seconds: 60, records: 12.5, sold: 0.3, left: 0.3 },
    lag: { records: 30, seconds: 0.05 }
  } satisfies typeof Items.ItemDetails.Encoded,
  ItemLag: { records: 30, seconds: 0.05 } satisfies typeof Items.ItemLag.Encoded,
  StockChange: { add: 100, reason: "second delivery" } satisfies typeof Changes.StockChange.Encoded,
  StockChanged: { ...counts, sale: row.sale, position } satisfies typeof Items.StockChanged.Encoded,
  ChangeRecorded: { status: "Change Recorded", item_id: "mug", position } satisfies typeof Items.ChangeRecorded.Encoded,
  SaleChange: {
    opens_at: "2026-12-01T18:00:00Z",
    price: 1250,
    currency: "EUR",
    reason: "as announced"
  } satisfies typeof Changes.SaleChange.Encoded,
  ReasonGiven: { reason: "the payment provider is down" } satisfies typeof Changes.ReasonGiven.Encoded,
  SalesChanged: {
    total: 3,
    done: 2,
    failed: [{ item_id: "mug", code: "log_unavailable" }]
  } satisfies typeof Items.SalesChanged.Encoded
}

const letters = {
  LetterRow: letter satisfies typeof Letters.LetterRow.Encoded,
  LetterPage: {
    letters: [letter],
    open: {
      total: 3,
      by_reason: { "Payment Timeout": 2, "Invalid Order Format": 0, "Payment Without Order": 1 },
      oldest_at: letter.put_at
    },
    next: "eyJhIjoxfQ"
  } satisfies typeof Letters.LetterPage.Encoded,
  LetterDetails: {
    id: "3-1742",
    state: "open",
    letter,
    value: { ...order, user_id: "u-1" },
    order_status: "FAILED_PAYMENT",
    order: { ...order, status: "FAILED_PAYMENT", attempt: 1, correlation_id, updated_at: letter.put_at }
  } satisfies typeof Letters.LetterDetails.Encoded,
  Replay: { ids: ["3-1742"], dry_run: true, reason: "the provider is back" } satisfies typeof Letters.Replay.Encoded,
  Discard: { ids: ["3-1742"], reason: "paid in the shop" } satisfies typeof Letters.Discard.Encoded,
  LettersHandled: {
    dry_run: true,
    total: 1,
    sums: { would_reserve: 1 },
    letters: [{ id: "3-1742", outcome: "would_reserve", ...order, attempt: 2, ...prices, certain: true }]
  } satisfies typeof Letters.Handled.Encoded
}

type Problems = typeof AdminErrors
const problem = <Name extends keyof Problems>(
  _: Name,
  body: Problems[Name] extends { readonly Encoded: infer Encoded } ? Encoded : never
) => body

const problems = {
  InvalidCursor: problem("InvalidCursor", { error: "Invalid cursor", code: "invalid_cursor", ...final }),
  UnknownLetter: problem("UnknownLetter", { error: "Unknown dead letter", code: "unknown_letter", ...final }),
  IdempotencyKeyReused: problem("IdempotencyKeyReused", {
    error: "Idempotency-Key belongs to another request",
    code: "idempotency_key_reused",
    ...final
  }),
  NoKeys: problem("NoKeys", { error: "There are no api keys", code: "no_keys", ...final })
}

export const EXAMPLES: Readonly<Record<string, JsonObject>> = {
  ...items,
  ...letters,
  ...OrderExamples.EXAMPLES,
  ...ArchiveExamples.EXAMPLES,
  ...WebhookExamples.EXAMPLES,
  ...AccessExamples.EXAMPLES,
  ...DoctorExamples.EXAMPLES,
  ...OverviewExamples.EXAMPLES,
  ...problems
}
