/**
 * Sends to one partition, one send at a time, by an idempotent producer of its own. The producer is made when it is
 * needed and discarded after each failure whose outcome is unknown, so that no sequence number is used for two batches.
 * Decision 0003.
 */
import { AppendRefused, AppendUnknown } from "@flash-sale/domain/ports/OrderLog"
import type { ProduceResult } from "@platformatic/kafka"
import { Effect } from "effect"
import * as TimeLimit from "../../actor/TimeLimit.ts"
import { messageOf } from "../../errors/MessageOf.ts"
import * as Monotonic from "../../time/Monotonic.ts"
import type { KafkaSettings } from "../client/KafkaSettings.ts"
import * as AppendErrors from "./AppendErrors.ts"
import type { EncodedRecord } from "./EncodedRecord.ts"
import * as ProducerClient from "./ProducerClient.ts"
import * as RecordTime from "./RecordTime.ts"

/** How long one send may take with all its attempts, in milliseconds. */
export const SEND_TIMEOUT_MILLIS = 3_000
/** How long it may take to be ready to send, in milliseconds. */
export const READY_TIMEOUT_MILLIS = 1_500
/** How long after a failure records are refused without another try, in milliseconds. */
const REFUSE_MILLIS = 200

export interface PartitionSender {
  /** Appends the records together and answers with the offset of the first; the others follow it without a gap. */
  readonly send: (records: ReadonlyArray<EncodedRecord>) => Effect.Effect<number, AppendRefused | AppendUnknown>
  /** Closes the connection. */
  readonly close: Effect.Effect<void>
}

/** What the senders of a process share. */
export interface Shared {
  readonly connect: () => ProducerClient.Client
  readonly time: RecordTime.RecordTime
  /** Of a send. */
  readonly limit: TimeLimit.TimeLimit
}

export const shared = (settings: KafkaSettings): Effect.Effect<Shared> =>
  Effect.gen(function*() {
    const connect = yield* ProducerClient.CurrentConnect
    const time = yield* RecordTime.make
    const limit = yield* TimeLimit.make(SEND_TIMEOUT_MILLIS)
    return { connect: () => connect(settings), time, limit }
  })

/** A sender for one partition; connects at the first send. Used by one line, which sends one batch after the other. */
export const make = ({ connect, limit, time }: Shared, topic: string, partition: number): PartitionSender => {
  let client: ProducerClient.Client | undefined
  let refusedUntil = Number.NEGATIVE_INFINITY

  const close = Effect.suspend(() => {
    const closing = client
    client = undefined
    return closing === undefined ? Effect.void : Effect.ignore(Effect.tryPromise(() => closing.close()))
  })

  /** Closes the connection, and does not wait for that: a frozen broker would delay it. */
  const discard = Effect.forkDetach(close, { startImmediately: true })

  const giveUp = Effect.gen(function*() {
    yield* discard
    refusedUntil = (yield* Monotonic.now) + REFUSE_MILLIS
  })

  const ready: Effect.Effect<ProducerClient.Client, AppendRefused> = Effect.suspend(() => {
    if (client?.isConnected() === true && client.producerId !== undefined) return Effect.succeed(client)
    return Effect.tryPromise({
      try: () => ProducerClient.prepare(client ??= connect(), topic, partition),
      catch: (error) => new AppendRefused({ detail: `Kafka: not sent: ${messageOf(error)}` })
    }).pipe(
      Effect.timeoutOrElse({
        duration: READY_TIMEOUT_MILLIS,
        orElse: () => Effect.fail(new AppendRefused({ detail: "Kafka: not sent: it does not answer" }))
      }),
      Effect.tapError(() => giveUp)
    )
  })

  /** `onTimeRefused` is called where the broker refused the time of the records. */
  const produce = Effect.fnUntraced(function*(
    records: ReadonlyArray<EncodedRecord>,
    onTimeRefused: (time: number) => void
  ): Effect.fn.Return<number, AppendRefused | AppendUnknown> {
    const made = yield* ready
    const now = time.now()
    const sending = Effect.tryPromise({
      try: async () => {
        const result = await made.send({ messages: records.map(ProducerClient.message(topic, partition, now)) })
        time.taken(now)
        return result
      },
      catch: (error) => {
        if (AppendErrors.isOfTime(error)) onTimeRefused(now)
        return AppendErrors.ofSend(error)
      }
    })
    const sent = yield* Effect.tapError(
      limit.within(sending, unanswered),
      (error) => error._tag === "AppendUnknown" ? giveUp : Effect.void
    )
    return yield* offsetOf(sent)
  })

  const send = Effect.fnUntraced(function*(records: ReadonlyArray<EncodedRecord>) {
    if ((yield* Monotonic.now) < refusedUntil) {
      return yield* new AppendRefused({ detail: "Kafka: not sent: it did not answer a moment ago" })
    }
    let refusedTime: number | undefined
    const first = yield* Effect.exit(produce(records, (refused) => {
      refusedTime = refused
    }))
    if (refusedTime === undefined) return yield* first
    // Nothing was appended, but the producer has counted the records: another one begins anew.
    yield* discard
    return yield* (time.refused(refusedTime) ? produce(records, () => {}) : first)
  })

  return { send, close }
}

const unanswered = Effect.suspend(() => Effect.fail(new AppendUnknown({ detail: "Kafka: no answer in time" })))

const offsetOf = (result: ProduceResult): Effect.Effect<number> => {
  const offset = result.offsets?.[0]?.offset
  return offset === undefined
    ? Effect.die(new Error("Kafka acknowledged a send without an offset"))
    : Effect.succeed(Number(offset))
}
