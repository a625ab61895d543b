/**
 * The price of a replayed order: that of the sale when its new attempt is folded, not that of its letter. The command
 * prints where they differ.
 */
import type { DeadLetter } from "@flash-sale/domain/ports/DeadLetters"
import { ItemStore } from "@flash-sale/domain/ports/ItemStore"
import { OrderLog } from "@flash-sale/domain/ports/OrderLog"
import type { RecordedOrder } from "@flash-sale/domain/records/Order"
import { home } from "@flash-sale/domain/records/Partition"
import { Effect } from "effect"
import * as Money from "../terminal/Money.ts"

interface Charged {
  readonly price?: number | undefined
  readonly currency?: string | undefined
}

const show = ({ currency, price }: Charged): string => price === undefined ? "no price" : Money.show(price, currency)

/** The change in words, to follow the line of a replay; empty where the price is the same. */
export const words = (before: Charged, now: Charged): string =>
  before.price === now.price && before.currency === now.currency
    ? ""
    : `, at ${show(now)} a unit instead of ${show(before)}`

/** By the sale as it is now. */
export const ofReplay = Effect.fn("PriceChange.ofReplay")(function*(letter: DeadLetter, { itemId }: RecordedOrder) {
  const log = yield* OrderLog
  const store = yield* ItemStore
  const { settings } = yield* store.read(home(itemId, yield* log.partitions), itemId)
  return words(letter, settings)
})
