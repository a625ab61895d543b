/** Letters as they are printed. */
import type { DeadLetter } from "@flash-sale/domain/ports/DeadLetters"
import { StatusRecord } from "@flash-sale/domain/records/OrderStatus"
import * as LetterIdText from "@flash-sale/operations/letters/LetterIdText"
import * as Letters from "@flash-sale/operations/letters/Letters"
import * as LetterValue from "@flash-sale/operations/letters/LetterValue"
import { Option, Schema, Struct } from "effect"
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

const ageOf = (letter: DeadLetter, now: number): Option.Option<number> =>
  Option.map(Letters.putAt(letter), (at) => Math.max(0, now - at))

/** Aligned columns under their headings. */
export const table = (letters: ReadonlyArray<DeadLetter>, now: number): string =>
  Table.show(HEADINGS, letters.map((letter) => row(letter, now)))

const row = (letter: DeadLetter, now: number): ReadonlyArray<string> => [
  LetterIdText.show(letter),
  Option.match(ageOf(letter, now), { onNone: () => Table.ABSENT, onSome: age }),
  letter.error,
  Table.harmless(letter.key ?? Table.ABSENT),
  Table.harmless(letter.requestId ?? Table.ABSENT),
  String(letter.attempt),
  letter.correlationId
]

/** One letter as one line of JSON. */
export const jsonLine = (letter: DeadLetter, now: number): string =>
  JSON.stringify({
    id: LetterIdText.show(letter),
    age_seconds: Option.getOrNull(Option.map(ageOf(letter, now), (millis) => Math.floor(millis / SECOND))),
    reason: letter.error,
    item_id: letter.key ?? null,
    request_id: letter.requestId ?? null,
    attempt: letter.attempt,
    correlation_id: letter.correlationId
  })

const encodeStatus = Schema.encodeSync(StatusRecord)

/** The whole letter with its order's present status, where that is known. */
export const whole = (letter: DeadLetter, status: Option.Option<StatusRecord>): string =>
  JSON.stringify(
    {
      id: LetterIdText.show(letter),
      key: letter.key ?? null,
      headers: {
        error: letter.error,
        correlation_id: letter.correlationId,
        request_id: letter.requestId,
        timestamp: letter.timestamp,
        attempt: letter.attempt,
        price: letter.price,
        currency: letter.currency,
        origin_topic: letter.topic,
        origin_partition: letter.partition,
        origin_offset: letter.offset
      },
      ...LetterValue.of(letter.value),
      // Fingerprint and offset (`place`) are the engine's own.
      order: Option.getOrNull(
        Option.map(status, (record) => Struct.omit(encodeStatus(record), ["fingerprint", "place"]))
      )
    },
    LetterValue.hideToken,
    2
  )
