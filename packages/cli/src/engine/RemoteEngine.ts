/**
 * The engine of which the command reaches the admin API alone. Loaded only where it is asked for: it brings the client
 * of the API, its schemas and HTTP.
 */
import { Effect, Layer } from "effect"
import type { Remote } from "../terminal/Remote.ts"
import * as RemoteArchive from "./archive/RemoteArchive.ts"
import { Engine } from "./Engine.ts"
import * as OrderWords from "./order/OrderWords.ts"
import * as RemoteOrders from "./order/RemoteOrders.ts"
import * as RemoteCall from "./RemoteCall.ts"
import * as RemoteItems from "./RemoteItems.ts"
import * as RemoteLetters from "./RemoteLetters.ts"
import * as RemoteOverviews from "./RemoteOverviews.ts"
import * as RemoteWebhooks from "./webhook/RemoteWebhooks.ts"

export const layer = (remote: Remote): Layer.Layer<Engine> =>
  Layer.effect(
    Engine,
    Effect.map(RemoteCall.make(remote), (call) =>
      Engine.of({
        item: RemoteItems.item(call),
        listed: RemoteItems.listed(call),
        items: RemoteItems.items(call),
        changeStock: RemoteItems.changeStock(call),
        changeSale: RemoteItems.changeSale(call),
        changeEverySale: RemoteItems.changeEverySale(call),
        order: RemoteArchive.order(call),
        changeOrder: RemoteOrders.change(call),
        orders: RemoteArchive.orders(call),
        orderDetails: RemoteArchive.orderDetails(call),
        audit: RemoteArchive.audit(call),
        itemReport: RemoteArchive.itemReport(call),
        orderHistory: () => Effect.fail(OrderWords.historyIsBeside),
        webhooks: RemoteWebhooks.calls(call),
        letters: RemoteLetters.letters(call),
        letter: RemoteLetters.letter(call),
        previewReplay: RemoteLetters.previewReplay(call),
        replay: RemoteLetters.replay(call),
        discard: RemoteLetters.discard(call),
        overview: call.read(call.client.overview.overview({})),
        overviews: RemoteOverviews.stream(call)
      }))
  )
