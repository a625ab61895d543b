/**
 * Appends to a topic: a queue for each partition, one send in flight in each. Each record is answered when its own send
 * is acknowledged by all replicas. Why: docs/decisions/0003-appending.md.
 */
import { AppendRefused, type AppendUnknown } from "@flash-sale/domain/ports/OrderLog"
import * as Chunks from "@flash-sale/domain/records/Chunks"
import { Effect, Exit, Scope, Semaphore } from "effect"
import * as BatchLine from "../../actor/BatchLine.ts"
import * as AppendTelemetry from "../../observability/metrics/AppendTelemetry.ts"
import type { Appendable } from "../client/KafkaRecords.ts"
import type { KafkaSettings } from "../client/KafkaSettings.ts"
import * as PartitionSender from "./PartitionSender.ts"
import * as SendLimiter from "./SendLimiter.ts"

/** The most records that wait for one partition. Beyond them a record is refused at once. */
const LINE_CAPACITY = 5_000
/** Partitions that send at once, and how long a send counts as one of them. Why: docs/decisions/0003-appending.md. */
const SENDS_AT_ONCE = 2
const SEND_TURN = "20 millis"
/** The most bytes of one send, well below the brokers' default `message.max.bytes` of 1 MiB. */
const MAX_BATCH_BYTES = 768 * 1024
/** The most bytes that a record takes beside key, value and headers. */
const RECORD_OVERHEAD = 32

/** The header that names the span of a record. */
const TRACEPARENT = "traceparent"

type AppendError = AppendRefused | AppendUnknown

export interface Appender {
  /** The offset of the record once it is durable. Takes no longer than the sum of the bounds in `PartitionSender`. */
  readonly append: (partition: number, record: Appendable) => Effect.Effect<number, AppendError>
  /** Callback variant for the hot path (decision 0013): `answered` is called once, perhaps synchronously. */
  readonly offer: (
    partition: number,
    record: Appendable,
    answered: BatchLine.Answered<number, AppendError>
  ) => void
}

type Line = BatchLine.BatchLine<PartitionSender.Encoded, number, AppendError>

/** Connects at the first append. Records that were accepted are answered before the scope is closed. */
export const make = Effect.fnUntraced(function*(
  settings: KafkaSettings,
  topic: string
): Effect.fn.Return<Appender, never, Scope.Scope> {
  const scope = yield* Effect.scope
  const run = Effect.runForkWith(yield* Effect.context<never>())
  const observe = yield* AppendTelemetry.make
  const inTurn = yield* SendLimiter.make(SENDS_AT_ONCE, SEND_TURN)
  const opening = yield* Semaphore.make(1)
  const lines = new Map<number, Line>()

  const open = Effect.fnUntraced(function*(partition: number) {
    const opened = lines.get(partition)
    if (opened !== undefined) return opened
    const sender = PartitionSender.make(settings, topic, partition)
    yield* Scope.addFinalizer(scope, sender.close)
    const line: Line = yield* BatchLine.make({
      name: `${topic}[${partition}]`,
      capacity: LINE_CAPACITY,
      batchSize: settings.batchSize,
      inTurn,
      handle: (records: ReadonlyArray<PartitionSender.Encoded>) =>
        sendAll(records, (batch) => observe(topic, partition, batch, sender.send(batch)))
    }).pipe(Scope.provide(scope))
    lines.set(partition, line)
    return line
  })

  const offer: Appender["offer"] = (partition, record, answered) => {
    const line = lines.get(partition)
    if (line !== undefined) {
      line.offer(encode(record), (answer) => answered(Exit.mapError(answer, refusedWhereFull)))
    } else run(Effect.map(opening.withPermits(1)(open(partition)), () => offer(partition, record, answered)))
  }

  return {
    offer,
    append: (partition, record) => Effect.callback((resume) => offer(partition, record, resume))
  }
})

const refusedWhereFull = (error: AppendError | BatchLine.LineFull): AppendError =>
  error._tag === "LineFull"
    ? new AppendRefused({ detail: `${error.line}: ${error.capacity} records wait already`, overloaded: true })
    : error

/** One send after the other, each as large as a broker takes; records of one send share its fate. */
const sendAll = (records: ReadonlyArray<PartitionSender.Encoded>, send: PartitionSender.PartitionSender["send"]) =>
  Effect.map(
    Effect.forEach(
      Chunks.of(records, MAX_BATCH_BYTES, sizeOf),
      (batch) =>
        Effect.map(
          Effect.exit(send(batch)),
          (exit) => batch.map((_, index) => Exit.map(exit, (first) => first + index))
        )
    ),
    (answers) => answers.flat()
  )

const sizeOf = ({ headers, key, value }: PartitionSender.Encoded): number => {
  let size = RECORD_OVERHEAD + (key?.length ?? 0) + value.length
  for (const [name, text] of headers) size += RECORD_OVERHEAD + name.length + text.length
  return size
}

/** The names of headers in bytes, each made once: there are a dozen in all. */
const headerNames = new Map<string, Buffer>()

const headerName = (name: string): Buffer => {
  const known = headerNames.get(name)
  if (known !== undefined) return known
  const bytes = Buffer.from(name)
  headerNames.set(name, bytes)
  return bytes
}

const encode = ({ headers, key, value }: Appendable): PartitionSender.Encoded => {
  const encoded = new Map<Buffer, Buffer>()
  for (const name in headers) encoded.set(headerName(name), Buffer.from(headers[name]!))
  return {
    key: key === undefined ? undefined : Buffer.from(key),
    value: Buffer.from(value),
    headers: encoded,
    traceparent: headers[TRACEPARENT]
  }
}
