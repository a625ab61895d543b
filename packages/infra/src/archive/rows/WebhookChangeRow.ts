/**
 * What operators did about webhooks, as rows of `archive_entries`. The log has no record of that, as no order and no
 * item is another one by it: the row is written in the transaction that does it.
 */
import type { Operator } from "@flash-sale/domain/records/operator/Operator"
import type { EndpointName } from "@flash-sale/domain/webhooks/Endpoint"
import type { Replayed } from "@flash-sale/domain/webhooks/Standing"
import { randomUUID } from "node:crypto"
import * as EntryRow from "./EntryRow.ts"

/** In the place of a partition of the log. */
const NO_PARTITION = -1

/** What was done; the id of a test, and the number of a replay, lead to what became of it. */
export type WebhookChange =
  | { readonly type: "webhook.tested"; readonly test: string }
  | { readonly type: "webhook.replayed"; readonly replay: number; readonly replayed: Replayed }
  | { readonly type: "webhook.enabled" }

const whatOf = (replayed: Replayed) => {
  switch (replayed._tag) {
    case "Ids":
      return { events: replayed.ids.length }
    case "Dead":
      return { dead: true }
    case "Times":
      return { from: new Date(replayed.from).toISOString(), until: new Date(replayed.until).toISOString() }
  }
}

const dataOf = (change: WebhookChange) => {
  switch (change.type) {
    case "webhook.tested":
      return { test: change.test }
    case "webhook.replayed":
      return { replay: change.replay, ...whatOf(change.replayed) }
    case "webhook.enabled":
      return {}
  }
}

/** `now` is in milliseconds since 1970 (UTC). */
export const of = (
  webhook: EndpointName,
  change: WebhookChange,
  operator: Operator,
  now: number
): EntryRow.EntryValues => ({
  id: `webhook-${randomUUID()}`,
  request_id: EntryRow.NONE,
  item_id: EntryRow.NONE,
  partition: NO_PARTITION,
  sequence: 0,
  type: change.type,
  at: now,
  ...EntryRow.changeOf(operator),
  body: JSON.stringify({ data: { webhook, ...dataOf(change) } })
})
