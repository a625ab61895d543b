/** `GET /items/:item_id`. */
import { isItemId, type ItemId } from "@flash-sale/domain/records/Ids"
import * as Completion from "@flash-sale/infra/actor/Completion"
import { Cause, Clock, Effect, Exit } from "effect"
import type { Answer } from "../answers/Answer.ts"
import * as BugAnswers from "../answers/BugAnswers.ts"
import * as RefusalAnswers from "../answers/RefusalAnswers.ts"
import { type ItemRead, ItemReads } from "../reads/ItemReads.ts"
import * as Views from "../reads/Views.ts"
import type { RequestContext } from "../request/RequestContext.ts"
import { RequestRules } from "../request/RequestRules.ts"
import type { HotRoute } from "./HotRoute.ts"
import { isPlainRead, KEPT_BY_NOBODY } from "./PlainRead.ts"

interface Asking {
  readonly itemId: ItemId
  readonly current: RequestContext
  readonly respond: Completion.Completion<Answer>
}

export const make: Effect.Effect<HotRoute, never, ItemReads | RequestRules> = Effect.gen(function*() {
  const reads = yield* ItemReads
  const rules = yield* RequestRules
  const guard = yield* Completion.guard
  const clock = yield* Clock.Clock
  const failed = yield* BugAnswers.make

  const answerOf = ({ current, itemId }: Asking, found: ItemRead): Answer => {
    const refusal = Views.refusalOfItem(current.correlationId, found)
    if (refusal !== undefined) return RefusalAnswers.refused(refusal)
    if (Exit.isFailure(found)) return failed(current, found.cause)
    const body = Views.itemText(itemId, found.value, clock.currentTimeMillisUnsafe())
    return { status: 200, headers: [], body }
  }
  const answer = (asking: Asking, found: ItemRead): void => {
    const { body, headers, status } = answerOf(asking, found)
    asking.respond({ status, body, headers: [...headers, ...KEPT_BY_NOBODY] })
  }
  const died = ({ current, respond }: Asking, defect: unknown): void => respond(failed(current, Cause.die(defect)))

  return {
    asked: { span: "GET /items", method: "GET", route: "/items/:item_id" },
    counted: "else",
    isPlain: (headers, id) => isItemId(id) && isPlainRead(headers) && rules.refusalOf("GET", headers) === undefined,
    serve: ({ current }, id, respond) => {
      const asking: Asking = { itemId: id as ItemId, current, respond }
      reads.ask(asking.itemId, guard.of(asking, answer, died))
    }
  }
})
