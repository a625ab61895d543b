/** Sending events to a webhook again, and delivering again to one that was gone. */
import type * as Changes from "@flash-sale/domain/api/admin/webhooks/WebhookChanges"
import * as Webhooks from "@flash-sale/domain/ports/Webhooks"
import type { Operator } from "@flash-sale/domain/records/operator/Operator"
import type { EndpointName } from "@flash-sale/domain/webhooks/Endpoint"
import type { Replayed } from "@flash-sale/domain/webhooks/Standing"
import { Clock, Effect } from "effect"
import * as WebhookList from "./WebhookList.ts"

/** Which events are meant; `until` is now where it is absent. Times are milliseconds since 1970 (UTC). */
export type Selected =
  | { readonly _tag: "Ids"; readonly ids: ReadonlyArray<string> }
  | { readonly _tag: "Dead" }
  | { readonly _tag: "Times"; readonly from: number; readonly until: number | undefined }

/** What would be sent. */
export type Counted = typeof Changes.ReplayCounted.Type

const replayed = (selected: Selected): Effect.Effect<Replayed> =>
  selected._tag === "Times"
    ? Effect.map(Clock.currentTimeMillis, (now): Replayed => ({ ...selected, until: selected.until ?? now }))
    : Effect.succeed(selected)

/** Unknown ids that one message names. */
const NAMED = 5

/** Why events that nobody knows are not sent again, in words. */
export const unknownEvents = ({ ids }: Webhooks.UnknownEvents): string => {
  const named = ids.slice(0, NAMED).map((id) => JSON.stringify(id)).join(", ")
  const more = ids.length > NAMED ? ` and ${ids.length - NAMED} more` : ""
  return `no event is archived under ${named}${more}: nothing is sent again`
}

/** How many events a replay would send now. Changes nothing. Fails where an event is not known, as `ask` does. */
export const count = Effect.fnUntraced(function*(name: EndpointName, selected: Selected) {
  const webhooks = yield* Webhooks.optional
  const { events, isAll } = yield* webhooks.count(name, yield* replayed(selected))
  const counted: Counted = { dry_run: true, events, more: !isAll }
  return counted
})

/** Asks for a replay, and gives its number. The same under one key is one replay. */
export const ask = Effect.fnUntraced(function*(
  name: EndpointName,
  selected: Selected,
  operator: Operator,
  key: string | undefined
) {
  const webhooks = yield* Webhooks.optional
  const now = yield* Clock.currentTimeMillis
  return yield* webhooks.replay(name, yield* replayed(selected), operator, now, key)
})

/** Delivers again to a webhook that has answered 410. Gives it as it is then. */
export const enable = Effect.fnUntraced(function*(name: EndpointName, operator: Operator) {
  const webhooks = yield* Webhooks.optional
  yield* webhooks.enable(name, operator, yield* Clock.currentTimeMillis)
  return yield* WebhookList.find(name)
})
