/** Looking at dead letters, and which of them a replay or a discard is about. */
import * as AdminErrors from "@flash-sale/domain/api/admin/AdminErrors"
import { PAGE } from "@flash-sale/domain/api/admin/AdminFields"
import type * as LetterBodies from "@flash-sale/domain/api/admin/LetterBodies"
import { OrderStatuses, type StatusLookup } from "@flash-sale/domain/ports/OrderStatuses"
import { RequestContext } from "@flash-sale/gateway/request/RequestContext"
import { millisOf } from "@flash-sale/infra/settings/Kind"
import * as LetterIdText from "@flash-sale/operations/letters/LetterIdText"
import * as LetterPage from "@flash-sale/operations/letters/LetterPage"
import * as Letters from "@flash-sale/operations/letters/Letters"
import type { LetterSelection } from "@flash-sale/operations/letters/LetterSelection"
import { Effect, Option } from "effect"
import * as Failures from "../request/Failures.ts"
import * as LetterViews from "./LetterViews.ts"

type Filter = NonNullable<typeof LetterBodies.Replay.Type["filter"]>

const filterOf = ({ item, older_than, reason }: Filter): Letters.Filter => ({
  reason,
  item,
  olderThanMillis: older_than === undefined ? undefined : millisOf(older_than)
})

/** The letters that a request is about: its schema has seen to it that they are named in one way. */
export const selectionOf = (
  { filter, ids = [] }: { readonly filter?: Filter; readonly ids?: ReadonlyArray<string> }
): LetterSelection =>
  filter === undefined
    ? { _tag: "Ids", ids: ids.flatMap((id) => Option.toArray(LetterIdText.read(id))) }
    : { _tag: "Filter", filter: filterOf(filter) }

const invalidCursor = Effect.flatMap(
  RequestContext,
  ({ correlationId }) => Effect.fail(new AdminErrors.InvalidCursor({ correlation_id: correlationId }))
)

/** `GET /admin/v1/dead-letters`. */
export const list = (query: Filter & { readonly cursor?: string; readonly limit?: number }) =>
  Failures.bounded(
    Effect.all([
      LetterPage.list(filterOf(query), { cursor: query.cursor, limit: query.limit ?? PAGE }),
      Letters.counts()
    ]),
    "log_unavailable"
  )
    .pipe(
      Effect.map(([{ entries, next }, counts]) => ({
        letters: entries.map(LetterViews.rowOf),
        open: LetterViews.countsOf(counts),
        ...(next === undefined ? {} : { next })
      })),
      Effect.catchTag("InvalidCursor", () => invalidCursor)
    )

const statusOf = Effect.fnUntraced(function*(requestId: Parameters<OrderStatuses["Service"]["read"]>[0] | undefined) {
  const unknown: StatusLookup = { _tag: "Unknown" }
  if (requestId === undefined) return unknown
  const statuses = yield* OrderStatuses
  return yield* statuses.read(requestId)
})

/** `GET /admin/v1/dead-letters/:id`. */
export const find = Effect.fnUntraced(function*(text: string) {
  const { correlationId } = yield* RequestContext
  const id = LetterIdText.read(text)
  if (Option.isNone(id)) return yield* new AdminErrors.UnknownLetter({ correlation_id: correlationId })
  const found = yield* Failures.bounded(Letters.find(id.value), "log_unavailable")
  if (found._tag === "Unknown") return yield* new AdminErrors.UnknownLetter({ correlation_id: correlationId })
  const requestId = found._tag === "Open" ? found.letter.requestId : undefined
  const status = yield* Failures.answered(Failures.bounded(statusOf(requestId)))
  return LetterViews.detailsOf(LetterIdText.show(id.value), found, status)
})
