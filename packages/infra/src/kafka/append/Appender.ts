/**
 * Appends to a topic: a queue for each partition, one send in flight in each. Each record is answered when its own send
 * is acknowledged by all replicas. Why: docs/decisions/0003-appending.md.
 */
import { AppendRefused, type AppendUnknown } from "@flash-sale/domain/ports/OrderLog"
import * as Chunks from "@flash-sale/domain/records/Chunks"
import { Effect, Exit, Scope, Semaphore } from "effect"
import * as BatchLine from "../../actor/BatchLine.ts"
import * as Completion from "../../actor/Completion.ts"
import * as ExpiringSlots from "../../actor/ExpiringSlots.ts"
import * as AppendTelemetry from "../../observability/metrics/AppendTelemetry.ts"
import * as Monotonic from "../../time/Monotonic.ts"
import type { Appendable } from "../client/KafkaRecords.ts"
import type { KafkaSettings } from "../client/KafkaSettings.ts"
import { encode, type EncodedRecord, sizeOf } from "./EncodedRecord.ts"
import * as PartitionSender from "./PartitionSender.ts"

/** The most records that wait for one partition. Beyond them a record is refused at once. */
const LINE_CAPACITY = 5_000
/**
 * The longest that a record waits for its batch, and how long after it began a batch begins further sends, in
 * milliseconds: a record that would be sent later is refused, as its claim must outlast its append. Why:
 * docs/decisions/0019-a-lease-is-not-renewed.md.
 */
export const LINE_TIMEOUT_MILLIS = 10_000
export const BATCH_TIMEOUT_MILLIS = 3_000
/**
 * Partitions that send at once; meanwhile the records of the others gather. A send costs the same whether it carries
 * two records or two hundred, here and at the broker. Why: docs/decisions/0003-appending.md.
 */
const SENDS_AT_ONCE = 2
/** How long a send counts as one of them: a broker that is slow or frozen holds up no other partition for longer. */
const SEND_COUNTS_FOR = "20 millis"
/** The most bytes of one send, well below the brokers' default `message.max.bytes` of 1 MiB. */
export const MAX_BATCH_BYTES = 768 * 1024

type AppendError = AppendRefused | AppendUnknown

export interface Appender {
  /** The offset of the record once it is durable. Bounded by the timeouts of the queue, of its batch and of a send. */
  readonly append: (partition: number, record: Appendable) => Effect.Effect<number, AppendError>
  /** The same by a callback, which is called once, perhaps at once. */
  readonly offer: (
    partition: number,
    record: Appendable,
    completion: Completion.Completion<Exit.Exit<number, AppendError>>
  ) => void
}

type Line = BatchLine.BatchLine<EncodedRecord, number, AppendError>

/** Connects at the first append. Records that were accepted are answered before the scope is closed. */
export const make = Effect.fnUntraced(function*(
  settings: KafkaSettings,
  topic: string
): Effect.fn.Return<Appender, never, Scope.Scope> {
  const scope = yield* Effect.scope
  const run = Effect.runCallbackWith(yield* Effect.context<never>())
  const observe = yield* AppendTelemetry.make
  const shared = yield* PartitionSender.shared(settings)
  const sends = yield* ExpiringSlots.make(SENDS_AT_ONCE, SEND_COUNTS_FOR)
  const opening = yield* Semaphore.make(1)
  const lines = new Map<number, Line>()

  const open = Effect.fnUntraced(function*(partition: number) {
    const opened = lines.get(partition)
    if (opened !== undefined) return opened
    const sender = PartitionSender.make(shared, topic, partition)
    yield* Scope.addFinalizer(scope, sender.close)
    const line: Line = yield* BatchLine.make({
      name: `${topic}[${partition}]`,
      capacity: LINE_CAPACITY,
      batchSize: settings.batchSize,
      timeoutMillis: LINE_TIMEOUT_MILLIS,
      inTurn: sends.within,
      handle: (records: ReadonlyArray<EncodedRecord>) =>
        sendAll(records, (batch) => observe(topic, partition, batch, sender.send(batch)))
    }).pipe(Scope.provide(scope))
    lines.set(partition, line)
    return line
  })

  const into = (
    line: Line,
    record: Appendable,
    completion: Completion.Completion<Exit.Exit<number, AppendError>>
  ): void =>
    line.offer(
      encode(record),
      Completion.mapInput(completion, (exit) => Exit.mapError(exit, refusedWhereFull))
    )
  const offer: Appender["offer"] = (partition, record, completion) => {
    const line = lines.get(partition)
    if (line !== undefined) return into(line, record, completion)
    run(Effect.map(opening.withPermits(1)(open(partition)), (opened) => into(opened, record, completion)), {
      onExit: (exit) => {
        if (Exit.isFailure(exit)) completion(Exit.failCause(exit.cause))
      }
    })
  }

  return {
    offer,
    append: (partition, record) => Completion.wait((completion) => offer(partition, record, completion))
  }
})

const refusedWhereFull = (error: AppendError | BatchLine.LineFull): AppendError =>
  error._tag === "LineFull"
    ? new AppendRefused({
      detail: `${error.line}: ${error.capacity} records wait already, or this one has waited too long`,
      overloaded: true
    })
    : error

const tooLate = Exit.fail(
  new AppendRefused({ detail: "not sent: the records before it in its batch took too long", overloaded: true })
)

/** One send after the other, each as large as a broker takes; records of one send share its fate. */
export const sendAll = Effect.fnUntraced(function*(
  records: ReadonlyArray<EncodedRecord>,
  send: PartitionSender.PartitionSender["send"]
) {
  const last = (yield* Monotonic.now) + BATCH_TIMEOUT_MILLIS
  const answers: Array<Exit.Exit<number, AppendError>> = []
  for (const batch of Chunks.of(records, MAX_BATCH_BYTES, sizeOf)) {
    const exit = (yield* Monotonic.now) > last ? tooLate : yield* Effect.exit(send(batch))
    batch.forEach((_, index) => answers.push(Exit.map(exit, (first) => first + index)))
  }
  return answers
})
