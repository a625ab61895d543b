/** Live events from the embedded file. */
import { LiveEvents } from "@flash-sale/domain/ports/LiveEvents"
import type { ItemId } from "@flash-sale/domain/records/Ids"
import { Effect, Layer, Option, Stream } from "effect"
import { SqliteDatabase, storeUnavailable } from "./database/SqliteDatabase.ts"
import * as EventRows from "./items/EventRows.ts"

/** Events that a follower reads at once. */
const FOLLOW_PAGE = 100
/** Before the first event. */
const BEGINNING = 0

/** A follower waits for a signal of its item and reads the new events; it buffers nothing in between. */
export const layer: Layer.Layer<LiveEvents, never, SqliteDatabase> = Layer.effect(
  LiveEvents,
  Effect.gen(function*() {
    const database = yield* SqliteDatabase

    const read = (itemId: ItemId, after: number, limit: number) =>
      Effect.catch(
        database.read((connection) => EventRows.after(connection, itemId, after, limit)),
        storeUnavailable
      )

    const nextPage = (itemId: ItemId, after: number) =>
      database.signals.until(
        EventRows.topic(itemId),
        Effect.map(read(itemId, after, FOLLOW_PAGE), (events) =>
          events.length === 0 ? Option.none() : Option.some(events))
      )

    const followFrom = (itemId: ItemId, start: number) =>
      Stream.paginate(
        start,
        (after) =>
          Effect.map(nextPage(itemId, after), (events) => [events, Option.some(toNumber(events.at(-1)?.id))] as const)
      )

    return {
      read: (itemId, after, limit) => read(itemId, toNumber(after), limit),
      follow: (itemId, after) =>
        after === undefined
          ? Stream.unwrap(Effect.map(
            Effect.catch(database.read((connection) => EventRows.last(connection, itemId)), storeUnavailable),
            (last) => followFrom(itemId, last)
          ))
          : followFrom(itemId, toNumber(after))
    }
  })
)

/** The number of an id. An id of another store, which is none of ours, counts as the beginning. */
const toNumber = (id: string | undefined): number => id !== undefined && /^\d{1,15}$/.test(id) ? Number(id) : BEGINNING
