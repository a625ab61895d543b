/** `flash-sale sale open|close`: when an item is sold. */
import { Clock, Effect, Option } from "effect"
import { Command, Flag } from "effect/cli"
import * as CommandFailed from "../terminal/CommandFailed.ts"
import * as TimeArgument from "../terminal/TimeArgument.ts"
import { change, flags, item } from "./SaleEdit.ts"

const moment = (name: string, description: string) =>
  Flag.String(name).pipe(
    Flag.filterMap(TimeArgument.read, () => TimeArgument.EXPECTED),
    Flag.withDescription(`${description}. ${TimeArgument.FORMS}`),
    Flag.optional
  )

/** The instant that is meant; null where the flag is absent. Fails where it is too far ahead. */
const resolve = (flag: string, given: Option.Option<TimeArgument.TimeArgument>, from: number) =>
  Effect.suspend(() => {
    const millis = Option.getOrNull(Option.map(given, (time) => TimeArgument.resolve(time, from)))
    const wrong = millis === null ? undefined : TimeArgument.tooFar(millis, from)
    return wrong === undefined ? Effect.succeed(millis) : CommandFailed.usage(`${flag}: ${wrong}`)
  })

/** Now, in whole milliseconds: an instant of the log is one. */
const now = Effect.map(Clock.currentTimeMillis, Math.floor)

export const open = Command.make("open", {
  item,
  at: moment("at", "When it opens; now where it is absent"),
  until: moment("until", "When it closes; never where it is absent"),
  ...flags
}, ({ at, item, until, ...target }) =>
  Effect.gen(function*() {
    const from = yield* now
    const opensAt = yield* resolve("--at", at, from)
    const closesAt = yield* resolve("--until", until, from)
    if (closesAt !== null && closesAt <= Math.max(opensAt ?? from, from)) {
      const least = opensAt === null || opensAt < from ? "now" : "--at"
      return yield* CommandFailed.usage(
        `--until: ${TimeArgument.show(closesAt)} is not after ${least}: nobody could buy`
      )
    }
    yield* change(item, target, { opensAt, closesAt })
  })).pipe(
    Command.withDescription(
      "Take orders from --at until --until. Replaces both; a paused sale stays paused: see resume"
    ),
    Command.withExamples([{
      command: "flash-sale sale open 101 --at 2026-12-01T18:00:00Z --until 2026-12-01T20:00:00Z"
    }])
  )

export const close = Command.make("close", {
  item,
  at: moment("at", "When it closes; now where it is absent"),
  ...flags
}, ({ at, item, ...target }) =>
  Effect.gen(function*() {
    const from = yield* now
    // What is closed now does not open by itself later, so an opening to come goes as well.
    const closesAt = yield* resolve("--at", at, from)
    if (closesAt === null) return yield* change(item, target, { opensAt: null, closesAt: from })
    if (closesAt < from) {
      return yield* CommandFailed.usage(`--at: ${TimeArgument.show(closesAt)} has passed: leave it out to close now`)
    }
    yield* change(item, target, { closesAt })
  })).pipe(
    Command.withDescription("Take no orders from --at on. An order that was accepted before it counts"),
    Command.withExamples([{ command: "flash-sale sale close 101" }, { command: "flash-sale sale close 101 --at +30m" }])
  )
