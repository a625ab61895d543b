/** `flash-sale sale pause|resume`: of one item, or of every item that there is. */
import { ItemId } from "@flash-sale/domain/records/Ids"
import * as Check from "@flash-sale/operations/doctor/Check"
import type * as EveryItem from "@flash-sale/operations/items/EveryItem"
import { Console, Effect, Option } from "effect"
import { Argument, Command, Flag } from "effect/cli"
import { Engine } from "../engine/Engine.ts"
import * as EngineAt from "../engine/EngineAt.ts"
import * as CommandFailed from "../terminal/CommandFailed.ts"
import { change, flags, type Place } from "./SaleEdit.ts"

/** Items that are named where their change failed. */
const NAMED = 20

const FAILURES = {
  not_recorded: "not recorded, nothing changed",
  outcome_unknown: "nobody knows whether it was recorded",
  not_tried: "not tried, as too many before it failed"
} satisfies Readonly<Record<EveryItem.FailureCode, string>>

const wordsOf = (code: string): string =>
  code in FAILURES ? FAILURES[code as EveryItem.FailureCode] : `failed (${code})`

/** Changes every item, says what was done, and fails where it was not all of them. */
const changeAll = (paused: boolean, word: string, { by, json, reason, ...target }: Place) =>
  Effect.gen(function*() {
    const engine = yield* Engine
    const { done, failed, incomplete, total } = yield* engine.changeEverySale(paused, { by, reason, flag: "--reason" })
    if (json) {
      yield* Console.log(
        JSON.stringify({
          total,
          done,
          failed: failed.map(({ code, itemId }) => ({ item_id: itemId, code })),
          ...(incomplete.length === 0 ? {} : { incomplete_partitions: incomplete })
        })
      )
    } else yield* Console.log(`${word} ${done} of ${Check.count(total, "item")}`)
    if (failed.length === 0 && incomplete.length === 0) return
    const more = failed.length > NAMED ? [`and ${failed.length - NAMED} more`] : []
    const lines = failed.slice(0, NAMED).map(({ code, itemId }) => `item ${itemId}: ${wordsOf(code)}`)
    const unknown = incomplete.length === 0 ? [] : [
      `there may be more items: partition ${incomplete.join(", ")} is not folded to its end. Type it again then`
    ]
    return yield* CommandFailed.failed(...lines, ...more, ...unknown)
  }).pipe(Effect.provide(EngineAt.layer(target)), Effect.mapError(CommandFailed.from))

const make = (name: string, paused: boolean, word: string) =>
  Command.make(name, {
    item: Argument.String("item").pipe(
      Argument.withSchema(ItemId),
      Argument.withDescription("The item, such as 101"),
      Argument.optional
    ),
    all: Flag.Boolean("all").pipe(
      Flag.withDescription("Every item that there is, without asking. One that begins meanwhile may be left out"),
      Flag.withDefault(false)
    ),
    ...flags
  }, ({ all, item, ...place }) => {
    if (all === Option.isSome(item)) {
      return Effect.fail(
        CommandFailed.usage(all ? "either an item or --all: not both" : "which item? Name it, or --all")
      )
    }
    if (all && place.create) {
      return Effect.fail(CommandFailed.usage("--create begins an item that is named: not with --all"))
    }
    return Option.isSome(item) ? change(item.value, place, { paused }) : changeAll(paused, word, place)
  })

export const pause = make("pause", true, "paused").pipe(
  Command.withDescription("Take no orders until the sale is resumed. Those that are in the log by then count"),
  Command.withExamples([
    { command: "flash-sale sale pause 101 --reason \"the price is wrong\"" },
    { command: "flash-sale sale pause --all", description: "Every item that there is" }
  ])
)

export const resume = make("resume", false, "resumed").pipe(
  Command.withDescription("End a pause"),
  Command.withExamples([{ command: "flash-sale sale resume 101" }])
)
