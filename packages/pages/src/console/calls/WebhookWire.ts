/** What the admin API answers about webhooks, by its own definition. Types alone. */
import type * as Webhooks from "@flash-sale/domain/api/admin/webhooks/WebhookBodies"
import type * as Changes from "@flash-sale/domain/api/admin/webhooks/WebhookChanges"

export type WebhookRow = typeof Webhooks.WebhookRow.Encoded
export type WebhookList = typeof Webhooks.WebhookList.Encoded
export type WebhookDetails = typeof Webhooks.WebhookDetails.Encoded
export type WebhookReplayRow = typeof Webhooks.WebhookReplayRow.Encoded
export type WebhookDelivery = typeof Webhooks.WebhookDelivery.Encoded
export type DeliveryPage = typeof Webhooks.DeliveryPage.Encoded
export type WebhookOutcome = typeof Changes.WebhookTested.Encoded | typeof Changes.WebhookTestPending.Encoded
export type WebhookReplayAnswer = typeof Changes.ReplayQueued.Encoded | typeof Changes.ReplayCounted.Encoded
