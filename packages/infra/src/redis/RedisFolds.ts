/**
 * Folds of items in Redis. Those of several items travel together, in one call of `lua/fold.lua`: they share what a
 * round trip and the start of the script cost, and each item has an answer of its own. Why, and what a call that fails
 * half-way leaves behind: docs/decisions/0061-folds-travel-together.md.
 */
import {
  type FoldError,
  type FoldReply,
  type FoldRequest,
  ItemDamaged,
  PositionBehind
} from "@flash-sale/domain/ports/ItemStore"
import { MarkMoved } from "@flash-sale/domain/ports/RecoveryMarks"
import * as FoldBatches from "@flash-sale/domain/records/FoldBatches"
import { Effect, Exit } from "effect"
import * as BatchAnswers from "../actor/BatchAnswers.ts"
import * as SharedCalls from "../actor/SharedCalls.ts"
import { unavailable } from "./client/WrongContent.ts"
import * as Keys from "./Keys.ts"
import * as StockEdits from "./RedisStockEdits.ts"
import type { Scripts } from "./Scripts.ts"
import * as FoldWire from "./wire/FoldWire.ts"
import * as RecordWire from "./wire/RecordWire.ts"
import type * as Replies from "./wire/ScriptReplies.ts"

/** What its errors are called by. */
const NAME = "fold.lua"
/** The most items that one call folds. A reply has some twenty short texts for each. */
const MAX_FOLDS = 64
/**
 * The most orders that the records of one call name, unless one record names more, so that no call keeps Redis from
 * others for long: it takes some milliseconds, and a server counts as busy after five seconds. A reply has a line for
 * each.
 */
const MAX_ORDERS = 1_000
/** Calls under way: while Redis works on one, the next one is on its way, and what comes meanwhile shares the third. */
const CALLS_AT_ONCE = 2

/** Folds of another session are in another call: where a session has ended, all of its calls are refused. */
const isOfOneSession = (one: FoldRequest, other: FoldRequest): boolean => one.session === other.session

export const make = (
  scripts: Scripts["Service"]
): Effect.Effect<SharedCalls.SharedCalls<FoldRequest, FoldReply, FoldError>> =>
  SharedCalls.make<FoldRequest, FoldReply, FoldError>({
    name: NAME,
    callsAtOnce: CALLS_AT_ONCE,
    batchSize: MAX_FOLDS,
    maxWeight: MAX_ORDERS,
    weightOf: ({ commands }) => FoldBatches.ordersIn(commands),
    canShare: isOfOneSession,
    call: Effect.fnUntraced(function*(requests: ReadonlyArray<FoldRequest>) {
      const session = requests[0]?.session
      const asked = scripts.fold(requests.flatMap(keysOf), requests.flatMap(argsOf), session)
      const replies = yield* Effect.mapError(asked, unavailable)
      const bug = BatchAnswers.miscount(NAME, replies.length, requests.length)
      if (bug !== undefined) return yield* Effect.die(bug)
      for (const [at, reply] of replies.entries()) {
        if (reply[0] === "folded") yield* StockEdits.reportMended(requests[at]!.itemId, reply[1])
      }
      return replies.map((reply, at) => answer(requests[at]!, reply))
    })
  })

/** What the script says of one batch. A bug in reading it is the answer to that batch. */
const answer = (request: FoldRequest, reply: typeof Replies.FoldReply.Type): Exit.Exit<FoldReply, FoldError> => {
  const { commands, itemId, partition } = request
  switch (reply[0]) {
    case "moved":
      return Exit.fail(new MarkMoved({ partition }))
    case "behind":
      return Exit.fail(new PositionBehind({ itemId, position: Number(reply[1]) }))
    case "stopped":
    case "failed":
      return Exit.fail(new ItemDamaged({ itemId, detail: reply[1] }))
    case "folded": {
      const [, , summary, fresh, answers] = reply
      try {
        return Exit.succeed({
          outcomes: request.withoutOutcomes === true ? [] : FoldWire.outcomes(commands, fresh, answers),
          summary: FoldWire.summary(itemId, summary)
        })
      } catch (defect) {
        return Exit.die(defect)
      }
    }
  }
}

const keysOf = ({ itemId, partition }: FoldRequest): ReadonlyArray<string> => [
  Keys.mark(partition),
  Keys.items(partition),
  Keys.inventory(itemId),
  Keys.orders(itemId),
  Keys.meta(itemId),
  Keys.untold(itemId),
  Keys.turned(itemId),
  Keys.buyers(itemId),
  Keys.commands(itemId),
  Keys.events(itemId),
  Keys.open(itemId),
  Keys.due(itemId)
]

const argsOf = (request: FoldRequest): ReadonlyArray<string> => [
  request.epoch ?? "",
  request.expected === undefined ? "" : String(request.expected),
  String(request.partition),
  request.itemId,
  request.emitEvents ? "1" : request.withoutOutcomes === true ? "-" : "0",
  FoldWire.offsets(request.published),
  RecordWire.records(request.commands)
]
