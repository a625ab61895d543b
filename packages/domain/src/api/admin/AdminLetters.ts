/** Dead letters at the admin API: orders that need a person. */
import { HttpApiEndpoint, HttpApiGroup, OpenApi } from "effect/http-api"
import * as Errors from "../Errors.ts"
import { BodyTooLarge, UnsupportedMediaType } from "../HttpProblems.ts"
import { RequestErrors } from "../RequestErrors.ts"
import { IdempotencyKeyReused, InvalidCursor, UnknownLetter } from "./AdminErrors.ts"
import * as AdminFields from "./AdminFields.ts"
import * as Bodies from "./LetterBodies.ts"
import { about } from "./NeededScope.ts"
import { Operators } from "./Operators.ts"

const letters = HttpApiEndpoint.get("letters", "/admin/v1/dead-letters", {
  query: { ...Bodies.filter, ...AdminFields.page },
  success: Bodies.LetterPage,
  error: [InvalidCursor, Errors.Unavailable]
}).annotateMerge(about("dlq", "The letters that nobody has handled, oldest first, page by page"))

const letter = HttpApiEndpoint.get("letter", "/admin/v1/dead-letters/:id", {
  params: { id: AdminFields.LetterName },
  success: Bodies.LetterDetails,
  error: [UnknownLetter, Errors.Unavailable]
}).annotateMerge(about("dlq", "One letter, without the payment token; or who has handled it"))

const refusals = [
  BodyTooLarge,
  UnsupportedMediaType,
  IdempotencyKeyReused,
  Errors.InternalError,
  Errors.Unavailable
] as const

const replay = HttpApiEndpoint.post("replay", "/admin/v1/dead-letters/replay", {
  headers: AdminFields.idempotency,
  payload: Bodies.Replay,
  success: Bodies.Handled,
  error: refusals
}).annotateMerge(about(
  "dlq",
  "Try the orders of letters again",
  "Each order's next attempt is appended to the log, and its letter counts as handled. Replaying a letter twice " +
    "makes one attempt. With `dry_run` nothing is done, and each letter shows what would happen now."
))

const discard = HttpApiEndpoint.post("discard", "/admin/v1/dead-letters/discard", {
  payload: Bodies.Discard,
  success: Bodies.Handled,
  error: [BodyTooLarge, UnsupportedMediaType, Errors.InternalError, Errors.Unavailable]
}).annotateMerge(about("dlq", "Take letters off the list, without a new attempt"))

export class AdminLetters extends HttpApiGroup.make("letters")
  .add(letters, letter, replay, discard)
  .middleware(RequestErrors)
  .middleware(Operators)
  .annotateMerge(OpenApi.annotations({ description: "Orders that need a person" }))
{}
