/** Letters as they are printed. */
import type { LetterId } from "@flash-sale/domain/ports/DeadLetters"
import * as Letters from "@flash-sale/operations/letters/Letters"
import { Option } from "effect"
import type { Found, LetterRow } from "../engine/LetterView.ts"
import * as Table from "../terminal/Table.ts"

const HEADINGS = ["ID", "AGE", "REASON", "ITEM", "REQUEST", "ATTEMPT", "CORRELATION ID"]

const SECOND = 1_000
const UNITS = [
  { name: "d", millis: 24 * 60 * 60 * SECOND },
  { name: "h", millis: 60 * 60 * SECOND },
  { name: "m", millis: 60 * SECOND }
]

/** In the largest unit of which there are two: `90s`, `2m`, `36h`. */
const age = (millis: number): string => {
  const unit = UNITS.find((one) => millis >= 2 * one.millis) ?? { name: "s", millis: SECOND }
  return `${Math.floor(millis / unit.millis)}${unit.name}`
}

const ageOf = (letter: LetterRow, now: number): Option.Option<number> =>
  Option.map(Letters.putAt(letter), (at) => Math.max(0, now - at))

/** Aligned columns under their headings. */
export const table = (letters: ReadonlyArray<LetterRow>, now: number): string =>
  Table.show(HEADINGS, letters.map((letter) => row(letter, now)))

const row = (letter: LetterRow, now: number): ReadonlyArray<string> => [
  letter.id,
  Option.match(ageOf(letter, now), { onNone: () => Table.ABSENT, onSome: age }),
  letter.reason,
  Table.harmless(letter.key ?? Table.ABSENT),
  Table.harmless(letter.requestId ?? Table.ABSENT),
  String(letter.attempt),
  letter.correlationId
]

/** One letter as one line of JSON. */
export const jsonLine = (letter: LetterRow, now: number): string =>
  JSON.stringify({
    id: letter.id,
    age_seconds: Option.getOrNull(Option.map(ageOf(letter, now), (millis) => Math.floor(millis / SECOND))),
    reason: letter.reason,
    item_id: letter.key ?? null,
    request_id: letter.requestId ?? null,
    attempt: letter.attempt,
    correlation_id: letter.correlationId
  })

/** The whole letter with its order's present status, where that is known. */
export const whole = (id: LetterId, { letter, order, value }: Extract<Found, { readonly _tag: "Open" }>): string =>
  JSON.stringify(
    {
      id: letter.id,
      key: letter.key ?? null,
      headers: {
        error: letter.reason,
        correlation_id: letter.correlationId,
        request_id: letter.requestId,
        timestamp: letter.timestamp,
        attempt: letter.attempt,
        price: letter.price,
        currency: letter.currency,
        origin_topic: id.topic,
        origin_partition: id.partition,
        origin_offset: id.offset
      },
      ...value,
      order: order ?? null
    },
    undefined,
    2
  )
