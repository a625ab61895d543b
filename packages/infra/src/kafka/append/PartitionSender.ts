/**
 * Sends to one partition, one send at a time, by an idempotent producer of its own. The producer is made when it is
 * needed and discarded after each failure whose outcome is unknown, so that no sequence number is used for two batches.
 * Decision 0003.
 */
import { AppendRefused, AppendUnknown } from "@flash-sale/domain/ports/OrderLog"
import { Producer, type ProduceResult } from "@platformatic/kafka"
import { Effect } from "effect"
import { messageOf } from "../../errors/MessageOf.ts"
import * as Monotonic from "../../time/Monotonic.ts"
import * as KafkaSecurity from "../client/KafkaSecurity.ts"
import { CONNECT_TIMEOUT, type KafkaSettings, REQUEST_TIMEOUT } from "../client/KafkaSettings.ts"
import * as AppendErrors from "./AppendErrors.ts"
import type { EncodedRecord } from "./EncodedRecord.ts"

/** How long one send may take with all its attempts, in milliseconds. */
export const SEND_TIMEOUT_MILLIS = 3_000
/** How long it may take to be ready to send, in milliseconds. */
export const READY_TIMEOUT_MILLIS = 1_500
/** Attempts after the first at one send, and the milliseconds between them. The client allows no fewer than two. */
const RETRIES = 8
const RETRY_DELAY = 150
/** How long after a failure records are refused without another try, in milliseconds. */
const REFUSE_MILLIS = 200
/** How old the known leader of the partition may be, in milliseconds: a later attempt asks again. */
const METADATA_MAX_AGE = 1_000

export interface PartitionSender {
  /** Appends the records together and answers with the offset of the first; the others follow it without a gap. */
  readonly send: (records: ReadonlyArray<EncodedRecord>) => Effect.Effect<number, AppendRefused | AppendUnknown>
  /** Closes the connection. */
  readonly close: Effect.Effect<void>
}

type Client = Producer<Buffer, Buffer, Buffer, Buffer>

const connect = (settings: KafkaSettings): Client =>
  new Producer<Buffer, Buffer, Buffer, Buffer>({
    clientId: settings.clientId,
    bootstrapBrokers: [...settings.brokers],
    ...KafkaSecurity.ofProducer(settings),
    idempotent: true,
    autocreateTopics: false,
    retries: RETRIES,
    retryDelay: RETRY_DELAY,
    // Repeating with cleared metadata would lose the errors of the earlier attempts.
    repeatOnStaleMetadata: false,
    metadataMaxAge: METADATA_MAX_AGE,
    timeout: REQUEST_TIMEOUT,
    requestTimeout: REQUEST_TIMEOUT,
    connectTimeout: CONNECT_TIMEOUT
  })

/** A sender for one partition; connects at the first send. Used by one line, which sends one batch after the other. */
export const make = (settings: KafkaSettings, topic: string, partition: number): PartitionSender => {
  let client: Client | undefined
  let refusedUntil = Number.NEGATIVE_INFINITY

  const close = Effect.suspend(() => {
    const closing = client
    client = undefined
    return closing === undefined ? Effect.void : Effect.ignore(Effect.tryPromise(() => closing.close()))
  })

  const giveUp = Effect.gen(function*() {
    // The close is not awaited: a frozen broker would delay it.
    yield* Effect.forkDetach(close, { startImmediately: true })
    refusedUntil = (yield* Monotonic.now) + REFUSE_MILLIS
  })

  const prepare = async (): Promise<Client> => {
    client ??= connect(settings)
    const made = client
    const { topics, brokers } = await made.metadata({ topics: [topic], forceUpdate: true, retries: 0 })
    const leader = topics.get(topic)?.partitions[partition]?.leader
    if (leader === undefined || !brokers.has(leader)) throw new Error(`${topic}[${partition}] has no leader`)
    await made.connectToBrokers([leader])
    if (made.producerId === undefined) await made.initIdempotentProducer({})
    return made
  }

  const ready: Effect.Effect<Client, AppendRefused> = Effect.suspend(() => {
    if (client?.isConnected() === true && client.producerId !== undefined) return Effect.succeed(client)
    return Effect.tryPromise({
      try: prepare,
      catch: (error) => new AppendRefused({ detail: `Kafka: not sent: ${messageOf(error)}` })
    }).pipe(
      Effect.timeoutOrElse({
        duration: READY_TIMEOUT_MILLIS,
        orElse: () => Effect.fail(new AppendRefused({ detail: "Kafka: not sent: it does not answer" }))
      }),
      Effect.tapError(() => giveUp)
    )
  })

  const produce = (
    made: Client,
    records: ReadonlyArray<EncodedRecord>
  ): Effect.Effect<number, AppendRefused | AppendUnknown> =>
    Effect.tryPromise({
      try: () =>
        made.send({
          messages: records.map(({ headers, key, value }) => ({
            topic,
            partition,
            value,
            headers,
            ...(key === undefined ? {} : { key })
          }))
        }),
      catch: AppendErrors.ofSend
    }).pipe(
      Effect.timeoutOrElse({
        duration: SEND_TIMEOUT_MILLIS,
        orElse: () => Effect.fail(new AppendUnknown({ detail: "Kafka: no answer in time" }))
      }),
      Effect.tapError((error) => error._tag === "AppendUnknown" ? giveUp : Effect.void),
      Effect.flatMap((result) => offsetOf(result))
    )

  const send = Effect.fnUntraced(function*(records: ReadonlyArray<EncodedRecord>) {
    if ((yield* Monotonic.now) < refusedUntil) {
      return yield* new AppendRefused({ detail: "Kafka: not sent: it did not answer a moment ago" })
    }
    return yield* produce(yield* ready, records)
  })

  return { send, close }
}

const offsetOf = (result: ProduceResult): Effect.Effect<number> => {
  const offset = result.offsets?.[0]?.offset
  return offset === undefined
    ? Effect.die(new Error("Kafka acknowledged a send without an offset"))
    : Effect.succeed(Number(offset))
}
