/** What commands ask of an engine about webhooks. Under the names of the admin API, wherever it comes from. */
import type * as Bodies from "@flash-sale/domain/api/admin/webhooks/WebhookBodies"
import type * as Changes from "@flash-sale/domain/api/admin/webhooks/WebhookChanges"
import type { EndpointName } from "@flash-sale/domain/webhooks/Endpoint"
import type { DeliveryState } from "@flash-sale/domain/webhooks/Standing"
import type { Counted, Selected } from "@flash-sale/operations/webhooks/WebhookReplay"
import type { Effect } from "effect"
import type { CommandFailed } from "../../terminal/CommandFailed.ts"
import type { Author } from "../../terminal/Remote.ts"
import type { Page, PageOptions } from "../archive/ArchiveView.ts"

export type WebhookRow = typeof Bodies.WebhookRow.Type
export type WebhookDetails = typeof Bodies.WebhookDetails.Type
export type DeliveryRow = typeof Bodies.WebhookDelivery.Type
export type Outcome = Changes.WebhookOutcome

/** How long a command waits for the outcome of a test event: an exchange may take 10 s. */
export const OUTCOME_WITHIN = "15 seconds"

type Answer<A> = Effect.Effect<A, CommandFailed>

/** Each fails where nobody knows the webhook, and where there is no archive. */
export interface WebhookCalls {
  /** All that there are, or were, by name. */
  readonly list: Answer<ReadonlyArray<WebhookRow>>
  /** One with its replays. */
  readonly one: (name: EndpointName) => Answer<WebhookDetails>
  /** A page of its deliveries, the newest first: those that wait, those that are dead, or both. */
  readonly deliveries: (
    name: EndpointName,
    state: DeliveryState | undefined,
    options: PageOptions
  ) => Answer<Page<DeliveryRow>>
  /** Sends a test event, and waits `OUTCOME_WITHIN` for what becomes of it. */
  readonly test: (name: EndpointName, author: Author) => Answer<Outcome>
  /** How many events a replay would send now. */
  readonly count: (name: EndpointName, selected: Selected) => Answer<Counted>
  /** Sends events again, in the background. Gives the number of the replay. */
  readonly replay: (name: EndpointName, selected: Selected, author: Author) => Answer<number>
  /** Delivers again to one that has answered 410. Gives it as it is then. */
  readonly enable: (name: EndpointName, author: Author) => Answer<WebhookRow>
}
