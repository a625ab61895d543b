/** All that the package gives to its users. */
export type { CallOptions } from "./calls/Buy.ts"
export type { OrdersQuery } from "./calls/Paths.ts"
export type { WaitOptions } from "./calls/WaitForOrder.ts"
export { type Client, createClient } from "./Client.ts"
export type { FollowOptions } from "./events/Following.ts"
export type { ClientOptions, Fetch, RetryPolicy, Token } from "./http/ClientOptions.ts"
export { FlashSaleError, type FlashSaleErrorDetails } from "./http/FlashSaleError.ts"
export { newRequestId } from "./time/Chance.ts"
export { type VerifyOptions, verifyWebhook } from "./webhooks/VerifyWebhook.ts"
export { WebhookError } from "./webhooks/WebhookError.ts"
export type { WebhookHeaders } from "./webhooks/WebhookHeaders.ts"
export type { Acted, Confirm, Hold, Named, Paid } from "./wire/Checkout.ts"
export type { ClientErrorCode, EngineErrorCode, ErrorCode } from "./wire/ErrorCode.ts"
export type { ItemCounts, ItemStanding, Sale } from "./wire/Item.ts"
export type { ItemEvent, OrderEvent } from "./wire/LiveEvent.ts"
export type { Accepted, Order, OrderChange, OrderMetadata, OrderStanding, PastOrder, PastOrders } from "./wire/Order.ts"
export { isDecided, isFinal, type KnownOrderStatus, type OrderStatus } from "./wire/OrderStatus.ts"
export type {
  AdjustedEventData,
  ByHand,
  ItemAdjustedWebhook,
  OrderEventData,
  OrderEventType,
  OrderWebhook,
  SaleChangedWebhook,
  SaleEventData,
  TestWebhook,
  WebhookErrorCode,
  WebhookEvent
} from "./wire/WebhookEvent.ts"
