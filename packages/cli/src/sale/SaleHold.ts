/** `flash-sale sale hold`: how long units are held for a buyer who has still to pay. */
import { DEFAULT_HOLD_SECONDS, MAX_HOLD_SECONDS } from "@flash-sale/domain/records/checkout/Hold"
import * as Kind from "@flash-sale/infra/settings/Kind"
import { Duration, Effect, Option } from "effect"
import { Command, Flag } from "effect/cli"
import * as CommandFailed from "../terminal/CommandFailed.ts"
import { change, flags, item, NONE } from "./SaleEdit.ts"

const TIME = Kind.duration(Duration.seconds(1), Duration.seconds(MAX_HOLD_SECONDS))
const EXPECTED = `whole seconds from 1s to 1h, such as 90s or 10m, or ${NONE}`

/** In seconds; null removes the setting; none where the text is no such time. */
const read = (text: string): Option.Option<number | null> => {
  if (text === NONE) return Option.some(null)
  const seconds = Option.map(Option.fromUndefinedOr(TIME.read(text)), Duration.toSeconds)
  return Option.filter(seconds, Number.isInteger)
}

const time = (name: string, description: string) =>
  Flag.String(name).pipe(
    Flag.filterMap(read, () => EXPECTED),
    Flag.withDescription(description),
    Flag.optional
  )

export const command = Command.make("hold", {
  item,
  for: time(
    "for",
    `How long a hold lasts that does not say it, within --at-most; ${NONE} is ${DEFAULT_HOLD_SECONDS / 60}m`
  ),
  atMost: time("at-most", `The longest that a hold may last; ${NONE} is ${MAX_HOLD_SECONDS / 3_600}h`),
  ...flags
}, ({ atMost, for: lasts, item, ...target }) => {
  const holdSeconds = Option.getOrUndefined(lasts)
  const maxHoldSeconds = Option.getOrUndefined(atMost)
  if (holdSeconds === undefined && maxHoldSeconds === undefined) {
    return Effect.fail(CommandFailed.usage("what is to change? Name --for, --at-most, or both"))
  }
  if (typeof holdSeconds === "number" && typeof maxHoldSeconds === "number" && holdSeconds > maxHoldSeconds) {
    return Effect.fail(CommandFailed.usage("--for: is longer than --at-most"))
  }
  return change(item, target, {
    ...(holdSeconds === undefined ? {} : { holdSeconds }),
    ...(maxHoldSeconds === undefined ? {} : { maxHoldSeconds })
  })
}).pipe(
  Command.withDescription(
    "Say how long units are held for a buyer who has still to pay. Counts for holds from then on. Set a limit per " +
      "user as well: without one a buyer may hold everything"
  ),
  Command.withExamples([
    { command: "flash-sale sale hold 101 --for 10m --at-most 15m" },
    { command: `flash-sale sale hold 101 --for ${NONE} --at-most ${NONE}`, description: "As for every other item" }
  ])
)
