/** Orders that are folded again from all of their events. */
import * as OrderFold from "@flash-sale/domain/archive/OrderFold"
import type { ArchiveUnavailable } from "@flash-sale/domain/ports/Archive"
import { Effect } from "effect"
import * as Facts from "../rows/Facts.ts"
import * as OrderRow from "../rows/OrderRow.ts"
import { decoded } from "../sql/Decoded.ts"
import type { Session } from "../sql/Session.ts"

/** What an order is known by. */
export type Key = Readonly<Record<keyof typeof OrderRow.KEY, string>>

/** One text for one order: neither id holds a line feed. */
export const nameOf = ({ item_id, request_id }: Key): string => `${item_id}\n${request_id}`

/** What its events tell of each of these orders, under its name; nothing of one that has none. */
export const foldedAgain = (
  session: Session,
  keys: ReadonlyArray<Key>
): Effect.Effect<ReadonlyMap<string, OrderFold.FoldedOrder>, ArchiveUnavailable> =>
  Effect.gen(function*() {
    const found = yield* session.each(Facts.FIND, keys)
    return yield* decoded(() => {
      const facts = Map.groupBy(found.map(Facts.read), ({ event }) => nameOf(OrderRow.keyOf(event.data)))
      const folded = new Map<string, OrderFold.FoldedOrder>()
      for (const [name, some] of facts) folded.set(name, OrderFold.of(some)!)
      return folded
    })
  })

/** Folds these orders again; one without any event goes. */
export const refold = (session: Session, keys: ReadonlyArray<Key>): Effect.Effect<void, ArchiveUnavailable> =>
  Effect.gen(function*() {
    const folded = yield* foldedAgain(session, keys)
    yield* session.each(OrderRow.SAVE, [...folded.values()].map(OrderRow.write))
    yield* session.each(OrderRow.DELETE, keys.filter((key) => !folded.has(nameOf(key))))
  })
