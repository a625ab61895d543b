/** `flash-sale webhook replay`: sending events to a webhook again. */
import { MAX_REPLAYED_IDS } from "@flash-sale/domain/webhooks/Standing"
import type { Counted, Selected } from "@flash-sale/operations/webhooks/WebhookReplay"
import { Console, Effect, Option } from "effect"
import { Command, Flag } from "effect/cli"
import * as ListFlags from "../report/ListFlags.ts"
import type * as PastTime from "../report/PastTime.ts"
import * as CommandFailed from "../terminal/CommandFailed.ts"
import * as JsonFlag from "../terminal/JsonFlag.ts"
import * as OperatorFlags from "../terminal/OperatorFlags.ts"
import * as Target from "../terminal/Target.ts"
import * as WebhookFlags from "./WebhookFlags.ts"

interface Given {
  readonly from: Option.Option<PastTime.PastTime>
  readonly until: Option.Option<PastTime.PastTime>
  readonly dead: boolean
  readonly ids: ReadonlyArray<string>
}

/** What is meant, of which one thing must be said. */
const selectedOf = (given: Given): Effect.Effect<Selected, CommandFailed.CommandFailed> =>
  Effect.gen(function*() {
    const { dead, from, ids, until } = given
    if ([Option.isSome(from), dead, ids.length > 0].filter(Boolean).length !== 1) {
      return yield* CommandFailed.usage("which events? One of --from, --dead and --id says it")
    }
    if (Option.isSome(until) && Option.isNone(from)) return yield* CommandFailed.usage("--until: goes with --from")
    if (dead) return { _tag: "Dead" }
    const begin = yield* ListFlags.instant(from)
    if (begin === undefined) return { _tag: "Ids", ids }
    const end = yield* ListFlags.instant(until)
    if (end !== undefined && end <= begin) return yield* CommandFailed.usage("--until: must be later than --from")
    return { _tag: "Times", from: begin, until: end }
  })

const counted = (name: string, { events, more }: Counted): string =>
  `webhook ${name}: ${events} ${more ? "or more events" : events === 1 ? "event" : "events"} would be sent`

export const command = Command.make("replay", {
  name: WebhookFlags.name,
  from: ListFlags.time("from", "Events that were told then or later"),
  until: ListFlags.time("until", "With --from: events that were told before then; now where it is absent"),
  dead: Flag.Boolean("dead").pipe(
    Flag.withDescription("Every delivery that was given up, as webhook deliveries --dead shows them"),
    Flag.withDefault(false)
  ),
  ids: Flag.String("id").pipe(
    Flag.withDescription(`The event with this id, its webhook-id; up to ${MAX_REPLAYED_IDS} of them, one --id each`),
    Flag.between(0, MAX_REPLAYED_IDS)
  ),
  dryRun: Flag.Boolean("dry-run").pipe(
    Flag.withDescription("Say how many events would be sent, and send none"),
    Flag.withDefault(false)
  ),
  ...JsonFlag.one,
  ...OperatorFlags.flags,
  ...Target.anywhere
}, ({ by, dead, dryRun, from, ids, json, name, reason, until, ...target }) =>
  Effect.gen(function*() {
    const selected = yield* selectedOf({ dead, from, ids, until })
    yield* WebhookFlags.asking(target, (webhooks) =>
      Effect.gen(function*() {
        if (dryRun) {
          const found = yield* webhooks.count(name, selected)
          return yield* Console.log(json ? JSON.stringify(found) : counted(name, found))
        }
        const id = yield* webhooks.replay(name, selected, { by, reason, flag: "--reason" })
        yield* Console.log(
          json
            ? JSON.stringify({ status: "Replay Queued", id, webhook: name })
            : `webhook ${name}: replay ${id} is queued: flash-sale webhook show ${name} says how far it is`
        )
      }))
  })).pipe(
    Command.withDescription(
      "Send events to a webhook again, in the background, also those that were delivered: the receiver knows them by " +
        "their webhook-id. Events that are older than 4 days are sent by a replay alone"
    ),
    Command.withExamples([
      { command: "flash-sale webhook replay shop --from 2h --reason \"the shop has lost two hours\"" },
      { command: "flash-sale webhook replay shop --dead --dry-run", description: "How many were given up" }
    ])
  )
