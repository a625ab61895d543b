/** Orders that are folded again from all of their events. */
import * as OrderFold from "@flash-sale/domain/archive/OrderFold"
import type { ArchiveUnavailable } from "@flash-sale/domain/ports/Archive"
import { Effect } from "effect"
import * as Facts from "../rows/Facts.ts"
import * as OrderKey from "../rows/OrderKey.ts"
import * as OrderRow from "../rows/OrderRow.ts"
import { decoded } from "../sql/Decoded.ts"
import type { Session } from "../sql/Session.ts"
import * as OrderChanges from "./OrderChanges.ts"

/** What its events tell of each of these orders, under its name; nothing of one that has none. */
const foldedAgain = (
  session: Session,
  keys: ReadonlyArray<OrderKey.Key>
): Effect.Effect<ReadonlyMap<string, OrderFold.FoldedOrder>, ArchiveUnavailable> =>
  Effect.gen(function*() {
    const found = yield* session.each(Facts.FIND, keys)
    return yield* decoded(() => {
      const facts = Map.groupBy(found.map(Facts.read), ({ event }) => OrderKey.nameOf(OrderKey.of(event.data)))
      const folded = new Map<string, OrderFold.FoldedOrder>()
      for (const [name, some] of facts) folded.set(name, OrderFold.of(some)!)
      return folded
    })
  })

/** Folds these orders again; one without any event goes. */
export const refold = (
  session: Session,
  keys: ReadonlyArray<OrderKey.Key>
): Effect.Effect<void, ArchiveUnavailable> =>
  Effect.gen(function*() {
    const found = yield* session.each(OrderRow.FIND, keys)
    const before = yield* decoded(() => found.map(OrderRow.read))
    const folded = yield* foldedAgain(session, keys)
    yield* OrderChanges.write(session, {
      before,
      saved: [...folded.values()],
      gone: keys.filter((key) => !folded.has(OrderKey.nameOf(key)))
    })
  })
