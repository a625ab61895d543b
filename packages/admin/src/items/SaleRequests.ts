/** `PATCH /admin/v1/items/:item_id/sale`. */
import type * as ItemChanges from "@flash-sale/domain/api/admin/ItemChanges"
import { InvalidRequest } from "@flash-sale/domain/api/Errors"
import type { ItemSummary } from "@flash-sale/domain/ports/ItemReads"
import type { SalePatch } from "@flash-sale/domain/records/Command"
import type { ItemId } from "@flash-sale/domain/records/Ids"
import { isTooFarAhead, MAX_AHEAD_DAYS, millisOf } from "@flash-sale/domain/records/Moment"
import type { SaleSettings } from "@flash-sale/domain/rules/SaleSettings"
import { RequestContext } from "@flash-sale/gateway/request/RequestContext"
import * as KnownItem from "@flash-sale/operations/items/KnownItem"
import * as SaleChange from "@flash-sale/operations/items/SaleChange"
import * as StockChange from "@flash-sale/operations/items/StockChange"
import { Clock, Effect, Option } from "effect"
import * as Audit from "../request/Audit.ts"
import * as Failures from "../request/Failures.ts"
import * as ItemViews from "./ItemViews.ts"
import * as SalePrice from "./SalePrice.ts"
import { EFFECT_WITHIN } from "./StockRequests.ts"

type Payload = typeof ItemChanges.SaleChange.Type
type Wrong = SalePrice.Wrong

const instantOf = (text: string | null | undefined): number | null | undefined =>
  typeof text === "string" ? Option.getOrUndefined(millisOf(text)) : text

/** What changes, as its record has it. */
const patchOf = (payload: Payload): SalePatch => {
  const opensAt = instantOf(payload.opens_at)
  const closesAt = instantOf(payload.closes_at)
  return {
    ...(opensAt === undefined ? {} : { opensAt }),
    ...(closesAt === undefined ? {} : { closesAt }),
    ...(payload.per_user_limit === undefined ? {} : { perUserLimit: payload.per_user_limit }),
    ...(payload.paused === undefined ? {} : { paused: payload.paused }),
    ...(payload.price === undefined ? {} : { price: payload.price }),
    ...(payload.currency === undefined ? {} : { currency: payload.currency }),
    ...(payload.hold_seconds === undefined ? {} : { holdSeconds: payload.hold_seconds }),
    ...(payload.max_hold_seconds === undefined ? {} : { maxHoldSeconds: payload.max_hold_seconds })
  }
}

/** A sale that closes before it opens: nobody could buy. By the settings as they would be. */
const wrongHours = (patch: SalePatch, now: SaleSettings): Wrong | undefined => {
  const opensAt = patch.opensAt === undefined ? now.opensAt : patch.opensAt ?? undefined
  const closesAt = patch.closesAt === undefined ? now.closesAt : patch.closesAt ?? undefined
  const isMeant = patch.opensAt !== undefined || patch.closesAt !== undefined
  return isMeant && opensAt !== undefined && closesAt !== undefined && closesAt <= opensAt
    ? { field: patch.closesAt === undefined ? "opens_at" : "closes_at", message: "it would close before it opens" }
    : undefined
}

/** A time that is too far ahead was meant otherwise. */
const wrongTime = ({ closesAt, opensAt }: SalePatch, now: number): Wrong | undefined => {
  const isTooFar = (millis: number | null | undefined) => typeof millis === "number" && isTooFarAhead(millis, now)
  const field = isTooFar(opensAt) ? "opens_at" : isTooFar(closesAt) ? "closes_at" : undefined
  return field === undefined ? undefined : { field, message: `is more than ${MAX_AHEAD_DAYS} days ahead` }
}

/** What is asked for in one breath contradicts itself. Of what was set before the shorter time counts. */
const wrongHold = ({ hold_seconds: hold, max_hold_seconds: most }: Payload): Wrong | undefined =>
  typeof hold === "number" && typeof most === "number" && hold > most
    ? { field: "hold_seconds", message: "is longer than max_hold_seconds" }
    : undefined

const refuse = (wrong: Wrong | undefined) =>
  wrong === undefined ? Effect.void : Effect.flatMap(RequestContext, ({ correlationId }) =>
    Effect.fail(
      new InvalidRequest({
        error: "Validation failed",
        code: "validation_failed",
        correlation_id: correlationId,
        errors: [wrong]
      })
    ))

const wordsOf = ({ reason: _, ...settings }: Payload): string =>
  Object.entries(settings).map(([name, value]) => `${name}=${value}`).join(" ")

/** The item as it is now; one that nobody knows only where it may be begun. */
const now = (itemId: ItemId, create: boolean) =>
  Failures.boundedRead(create ? KnownItem.read(itemId) : KnownItem.required(itemId)).pipe(
    Effect.catchTag("UnknownItem", Failures.unknownItem)
  )

/**
 * Appends the change, and answers with the item once it counts. As with stock, what cannot be read once the record is
 * in the log is told as recorded.
 */
export const change = (itemId: ItemId, asked: Payload, create: boolean) => {
  const payload = SalePrice.withBoth(asked)
  return Effect.gen(function*() {
    yield* refuse(SalePrice.wrong(payload) ?? wrongHold(payload))
    const patch = patchOf(payload)
    yield* refuse(wrongTime(patch, yield* Clock.currentTimeMillis))
    const { settings } = yield* now(itemId, create)
    yield* refuse(wrongHours(patch, settings))
    const operator = yield* Audit.operator(payload.reason)
    const position = yield* Failures.boundedAppend(SaleChange.append(itemId, patch, operator))
    const is = yield* Effect.orElseSucceed(
      StockChange.awaitEffect(itemId, position, EFFECT_WITHIN),
      Option.none<ItemSummary>
    )
    return Option.match(is, {
      onNone: () => ItemViews.recorded(itemId, position),
      onSome: (summary) => ItemViews.rowOf(itemId, position.partition, summary)
    })
  }).pipe(
    Failures.answered,
    Audit.told({
      change: "sale",
      detail: `sale of item ${itemId}: ${wordsOf(payload)}`,
      item: itemId,
      reason: payload.reason
    })
  )
}
