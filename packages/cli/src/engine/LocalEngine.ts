/** The engine whose stores the command reaches: the embedded file, or Kafka and Redis. */
import * as Summary from "@flash-sale/domain/instances/Summary"
import { Instances } from "@flash-sale/domain/ports/Instances"
import type * as Infra from "@flash-sale/infra/Infra"
import { Context, DateTime, Effect, Layer, Schedule, Stream } from "effect"
import * as CommandFailed from "../terminal/CommandFailed.ts"
import * as Target from "../terminal/Target.ts"
import * as ArchiveTarget from "./archive/ArchiveTarget.ts"
import * as LocalArchive from "./archive/LocalArchive.ts"
import { Engine, type Overview } from "./Engine.ts"
import * as LocalItems from "./LocalItems.ts"
import * as LocalLetters from "./LocalLetters.ts"
import * as LocalOrder from "./order/LocalOrder.ts"
import * as LocalOrderChanges from "./order/LocalOrderChanges.ts"
import * as LocalWebhooks from "./webhook/LocalWebhooks.ts"

/** How often the overview is read: instances report once a second. */
const EVERY = "1 second"

type KnownError = Parameters<typeof CommandFailed.from>[0]

const overview = Effect.gen(function*() {
  const instances = yield* Instances
  const reports = yield* Target.bounded(instances.list)
  const now: Overview = { now: DateTime.formatIso(yield* DateTime.now), ...Summary.of(reports) }
  return now
})

export const layer = (place: Target.Target): Layer.Layer<Engine, never, Infra.Ports> =>
  Layer.effect(
    Engine,
    Effect.gen(function*() {
      const ports = yield* Effect.context<Infra.Ports>()
      // Few commands ask the archive: only they open it.
      const archives = yield* Effect.cached(
        Layer.buildWithScope(ArchiveTarget.layer(place), yield* Effect.scope)
      )
      const here = <A, E extends KnownError>(effect: Effect.Effect<A, E, Infra.Ports>) =>
        effect.pipe(Effect.provideContext(ports), Effect.mapError(CommandFailed.from))
      const asking = <A, E extends KnownError>(effect: Effect.Effect<A, E, Infra.Ports>) =>
        here(Effect.flatMap(archives, (found) => Effect.provideContext(effect, Context.merge(ports, found))))
      const changeStock = LocalItems.changeStock(place)
      const changeSale = LocalItems.changeSale(place)
      const changeOrder = LocalOrderChanges.change(place)
      const orderHistory = LocalOrderChanges.history(place)
      return Engine.of({
        item: (itemId) => here(LocalItems.item(itemId)),
        listed: (itemId) => here(LocalItems.listed(itemId)),
        items: (options) => here(LocalItems.items(options)),
        changeStock: (itemId, edit, author) => here(changeStock(itemId, edit, author)),
        changeSale: (itemId, patch, create, author) => here(changeSale(itemId, patch, create, author)),
        changeEverySale: (paused, author) => here(LocalItems.changeEverySale(paused, author)),
        order: (requestId) => here(LocalOrder.order(requestId, asking(LocalArchive.lastMoved(requestId)))),
        changeOrder: (order, asked, author) => here(changeOrder(order, asked, author)),
        orders: (filter, options) => asking(LocalArchive.orders(filter, options)),
        orderDetails: (requestId, itemId) => asking(LocalArchive.orderDetails(requestId, itemId)),
        audit: (filter, options) => asking(LocalArchive.audit(filter, options)),
        itemReport: (itemId) => asking(LocalArchive.itemReport(itemId)),
        orderHistory: (order) => here(orderHistory(order)),
        webhooks: LocalWebhooks.callsBy(asking),
        letters: (filter) => here(LocalLetters.letters(filter)),
        letter: (id) => here(LocalLetters.letter(id)),
        previewReplay: (selection) => here(LocalLetters.previewReplay(selection)),
        replay: (selection, author, tell) => here(LocalLetters.replay(selection, author, tell)),
        discard: (ids, author, tell) => here(LocalLetters.discard(ids, author, tell)),
        overview: here(overview),
        overviews: Stream.repeat(Stream.fromEffect(here(overview)), Schedule.spaced(EVERY))
      })
    })
  )
