/** The client: what a shop's server, or a buyer's page, can ask of the engine. */
import { buy, type CallOptions, hold } from "./calls/Buy.ts"
import { itemEvents, orderEvents } from "./calls/LiveEvents.ts"
import { cancel, confirm, paid } from "./calls/OrderActions.ts"
import type { OrdersQuery } from "./calls/Paths.ts"
import { item, order, orders } from "./calls/Reads.ts"
import { waitForOrder, type WaitOptions } from "./calls/WaitForOrder.ts"
import type { FollowOptions } from "./events/Following.ts"
import { check, type ClientOptions, whole } from "./http/ClientOptions.ts"
import { type Timing, timing } from "./time/Timing.ts"
import type { Acted, Confirm, Hold, Paid } from "./wire/Checkout.ts"
import type { ItemStanding } from "./wire/Item.ts"
import type { ItemEvent, OrderEvent } from "./wire/LiveEvent.ts"
import type { Accepted, Order, OrderStanding, PastOrders } from "./wire/Order.ts"

/** Each call fails with a `FlashSaleError`, or with the reason of its signal. */
export interface Client {
  /**
   * Places an order. It comes back once the order is durable, which is before it is decided: `waitForOrder` tells the
   * outcome. Where no answer comes, or one that asks to come back, the order is sent again under the same request id,
   * so it never buys twice.
   */
  readonly buy: (order: Order, options?: CallOptions) => Promise<Accepted>
  /**
   * Holds units for a buyer who has still to pay, as `buy` places an order. `waitForOrder` with `until: "decided"`
   * tells whether they are held, and until when.
   */
  readonly hold: (units: Hold, options?: CallOptions) => Promise<Accepted>
  /** Has a hold charged by the engine. The first call that ends a hold counts; sent again it is the same call. */
  readonly confirm: (requestId: string, confirmation?: Confirm, options?: CallOptions) => Promise<Acted>
  /**
   * Tells that the shop has taken the money for a hold. A refusal with `refund_due` in its body says that it is due
   * back to the buyer; the engine keeps it.
   */
  readonly paid: (requestId: string, payment: Paid, options?: CallOptions) => Promise<Acted>
  /** Cancels an order that is not completed. */
  readonly cancel: (requestId: string, options?: CallOptions) => Promise<Acted>
  /**
   * What became of an order; undefined where none of this id was accepted, or it is no longer kept. Where the engine
   * has an archive, an order that ever held units is kept for ever.
   */
  readonly order: (requestId: string, options?: CallOptions) => Promise<OrderStanding | undefined>
  /**
   * A page of a buyer's orders of any age, the newest first: the token's own, or with an api key those of `user`. Fails
   * with `no_archive` where the engine has none.
   */
  readonly orders: (query?: OrdersQuery, options?: CallOptions) => Promise<PastOrders>
  /** Waits for what becomes of an order that was accepted: by its stream, or by asking where there is none. */
  readonly waitForOrder: (requestId: string, options?: WaitOptions) => Promise<OrderStanding>
  /**
   * The order as it is, and each new status of it, up to the one that is final. Where the connection ends it is made
   * again, and goes on after the last event. It is made when the first event is asked for.
   */
  readonly orderEvents: (requestId: string, options?: FollowOptions) => AsyncIterableIterator<OrderEvent>
  /** What is left of an item; undefined where nobody knows the item. */
  readonly item: (itemId: string, options?: CallOptions) => Promise<ItemStanding | undefined>
  /** The item as it is, and its counts after each change. Does not end by itself: leave the loop, or use a signal. */
  readonly itemEvents: (itemId: string, options?: FollowOptions) => AsyncIterableIterator<ItemEvent>
}

/** How long `waitForOrder` waits where it is not told, in milliseconds. */
const WAIT_MILLIS = 60_000

/** A client with a time of its own: for tests. */
export const make = (options: ClientOptions, time: Timing): Client => {
  const context = { settings: check(options), timing: time }
  return {
    buy: (placed, options = {}) => buy(context, placed, options),
    hold: (units, options = {}) => hold(context, units, options),
    confirm: (requestId, confirmation = {}, options = {}) => confirm(context, requestId, confirmation, options),
    paid: (requestId, payment, options = {}) => paid(context, requestId, payment, options),
    cancel: (requestId, options = {}) => cancel(context, requestId, options),
    order: async (requestId, { signal } = {}) => order(context, requestId, signal),
    orders: async (query = {}, { signal } = {}) => orders(context, query, signal),
    waitForOrder: async (requestId, options = {}) =>
      waitForOrder(context, requestId, whole("timeoutMillis", options.timeoutMillis, WAIT_MILLIS), options),
    orderEvents: (requestId, options = {}) => orderEvents(context, requestId, options),
    item: async (itemId, { signal } = {}) => item(context, itemId, signal),
    itemEvents: (itemId, options = {}) => itemEvents(context, itemId, options)
  }
}

/** A client of the engine at `baseUrl`. Throws a `TypeError` that names the option that is wrong. */
export const createClient = (options: ClientOptions): Client => make(options, timing)
