/** `flash-sale order cancel|refund`: ending an order by hand, and giving back what was sold. */
import { isPaymentReference, MAX_REFERENCE_LENGTH } from "@flash-sale/domain/records/checkout/Reference"
import { Console, Effect, Option } from "effect"
import { Command, Flag } from "effect/cli"
import { Engine } from "../engine/Engine.ts"
import * as EngineAt from "../engine/EngineAt.ts"
import type { Asked, Meant } from "../engine/order/OrderView.ts"
import * as CommandFailed from "../terminal/CommandFailed.ts"
import * as JsonFlag from "../terminal/JsonFlag.ts"
import * as OperatorFlags from "../terminal/OperatorFlags.ts"
import * as Target from "../terminal/Target.ts"
import * as OrderFlags from "./OrderFlags.ts"
import * as OrderFormat from "./OrderFormat.ts"

const flags = { item: OrderFlags.item, ...JsonFlag.one, ...Target.anywhere }

type Place = Target.Target & OperatorFlags.Given & { readonly json: boolean }

/** Makes the change, waits until it counts, and prints how the order stands. */
const change = (order: Meant, asked: Asked, { by, json, reason, ...target }: Place) =>
  Effect.gen(function*() {
    const engine = yield* Engine
    const changed = yield* engine.changeOrder(order, asked, { by, reason, flag: "--reason" })
    yield* Console.log(
      json ? OrderFormat.changedJson(changed, `${asked._tag} Queued`) : OrderFormat.changed(changed)
    )
  }).pipe(Effect.provide(EngineAt.layer(target)), Effect.mapError(CommandFailed.from))

export const cancel = Command.make(
  "cancel",
  { requestId: OrderFlags.requestId, ...OperatorFlags.flags, ...flags },
  ({ item, requestId, ...place }) => change(OrderFlags.meant(requestId, item), { _tag: "Cancel" }, place)
).pipe(
  Command.withDescription(
    "Cancel an order that is not completed. An open hold is over at once; what is being paid is voided at the " +
      "payment provider first. Cancelling twice is cancelling once"
  ),
  Command.withExamples([{ command: "flash-sale order cancel r-1 --reason \"the buyer has called\"" }])
)

/** What is wrong with the flags about a refund by hand; the reference where there is one. */
const readByHand = (byHand: boolean, reference: Option.Option<string>) =>
  Effect.suspend(() => {
    if (Option.isNone(reference)) {
      return byHand
        ? Effect.fail(CommandFailed.usage("--reference: is missing: under which one was the money given back?"))
        : Effect.undefined
    }
    if (!byHand) return Effect.fail(CommandFailed.usage("--reference: is one of a refund by hand: --by-hand"))
    return isPaymentReference(reference.value)
      ? Effect.succeed(reference.value)
      : Effect.fail(CommandFailed.usage(`--reference: is not 1 to ${MAX_REFERENCE_LENGTH} characters, not blank`))
  })

export const refund = Command.make("refund", {
  requestId: OrderFlags.requestId,
  restock: Flag.Boolean("restock").pipe(
    Flag.withDescription(
      "Put its units on sale again; --no-restock takes them out of the books. One of both is needed"
    ),
    Flag.optional
  ),
  byHand: Flag.Boolean("by-hand").pipe(
    Flag.withDescription("The money was given back by a person: the payment provider is not asked"),
    Flag.withDefault(false)
  ),
  reference: Flag.String("reference").pipe(
    Flag.withDescription("With --by-hand, and needed there: what proves that the money was given back"),
    Flag.optional
  ),
  by: OperatorFlags.by,
  reason: OperatorFlags.why("reason").pipe(
    Flag.withDescription("Why it is given back, for whoever asks later. Needed"),
    Flag.optional
  ),
  ...flags
}, ({ byHand, item, reference, requestId, restock, ...place }) =>
  Effect.gen(function*() {
    if (Option.isNone(restock)) {
      return yield* CommandFailed.usage(
        "where do its units go? --restock puts them on sale again, --no-restock takes them out of the books"
      )
    }
    if (Option.isNone(place.reason)) return yield* CommandFailed.usage("--reason: is missing: why is it given back?")
    const asked = { restock: restock.value, byHand: yield* readByHand(byHand, reference) }
    yield* change(OrderFlags.meant(requestId, item), { _tag: "Refund", ...asked }, place)
  })).pipe(
    Command.withDescription(
      "Give back a completed order. What the engine has charged is voided at the payment provider: until that has " +
        "succeeded the order is COMPLETED with a refund that waits. What the shop has taken itself is the shop's to " +
        "pay back. The first refund counts"
    ),
    Command.withExamples([
      { command: "flash-sale order refund r-1 --restock --reason \"came back unopened\"" },
      {
        command: "flash-sale order refund r-1 --no-restock --by-hand --reference wire-7 --reason \"card expired\"",
        description: "Where the provider never can"
      }
    ])
  )
