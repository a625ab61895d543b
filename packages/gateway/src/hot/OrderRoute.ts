/** `GET /orders/:request_id`: of an order whose buyer asks, or whoever may. */
import type { Caller } from "@flash-sale/domain/access/Caller"
import { isRequestId, type RequestId } from "@flash-sale/domain/records/Ids"
import * as Completion from "@flash-sale/infra/actor/Completion"
import { Cause, Effect, Exit, Option } from "effect"
import * as AccessRefusals from "../access/AccessRefusals.ts"
import { Denied } from "../access/Denied.ts"
import { type Entry, Gatekeeper } from "../access/Gatekeeper.ts"
import type { Answer } from "../answers/Answer.ts"
import * as BugAnswers from "../answers/BugAnswers.ts"
import * as RefusalAnswers from "../answers/RefusalAnswers.ts"
import { type StatusRead, StatusReads } from "../reads/StatusReads.ts"
import * as Views from "../reads/Views.ts"
import type { RequestContext } from "../request/RequestContext.ts"
import { RequestRules } from "../request/RequestRules.ts"
import type { HotRoute } from "./HotRoute.ts"
import { isPlainRead, KEPT_BY_NOBODY } from "./PlainRead.ts"

interface Asking {
  readonly requestId: RequestId
  readonly current: RequestContext
  readonly respond: Completion.Completion<Answer>
}

const answer = ({ respond }: Asking, { body, headers, status }: Answer): void =>
  respond({ status, body, headers: [...headers, ...KEPT_BY_NOBODY] })

/** An order of somebody who may read it. */
interface Reading extends Asking {
  readonly caller: Caller
}

export const make: Effect.Effect<HotRoute, never, Gatekeeper | StatusReads | RequestRules> = Effect.gen(function*() {
  const gatekeeper = yield* Gatekeeper
  const statuses = yield* StatusReads
  const rules = yield* RequestRules
  const guard = yield* Completion.guard
  const failed = yield* BugAnswers.make
  const start = Effect.runCallbackWith(yield* Effect.context<never>())

  const died = (asking: Asking, defect: unknown): void => answer(asking, failed(asking.current, Cause.die(defect)))

  const answerOf = ({ caller, current }: Reading, read: StatusRead): Answer => {
    if (Exit.isSuccess(read)) {
      return { status: 200, headers: [], body: JSON.stringify(Views.ofOrder(read.value, caller)) }
    }
    const refusal = Exit.findErrorOption(read)
    return Option.isSome(refusal) ? RefusalAnswers.refused(refusal.value) : failed(current, read.cause)
  }
  const afterRead = (reading: Reading, read: StatusRead): void => answer(reading, answerOf(reading, read))

  const enter = (asking: Asking, entry: Entry): void => {
    const { current, requestId, respond } = asking
    if (entry instanceof Denied) {
      return answer(asking, RefusalAnswers.refused(AccessRefusals.ofEntry(current.correlationId, entry.denial)))
    }
    const reading: Reading = { requestId, current, respond, caller: entry }
    statuses.ask(requestId, entry, current, guard.of(reading, afterRead, died))
  }
  const afterIdentify = (asking: Asking, exit: Exit.Exit<Entry>): void =>
    Exit.isSuccess(exit) ? enter(asking, exit.value) : answer(asking, failed(asking.current, exit.cause))

  return {
    asked: { span: "GET /orders", method: "GET", route: "/orders/:request_id" },
    counted: "else",
    isPlain: (headers, id) => isRequestId(id) && isPlainRead(headers) && rules.refusalOf("GET", headers) === undefined,
    serve: ({ current, request: { headers, socket } }, id, respond) => {
      const asking: Asking = { requestId: id as RequestId, current, respond }
      const known = gatekeeper.known(headers, socket.remoteAddress)
      if (known !== undefined) return enter(asking, known)
      start(gatekeeper.identify(headers, socket.remoteAddress), { onExit: guard.of(asking, afterIdentify, died) })
    }
  }
})
