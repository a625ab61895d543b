/** The connection to Kafka: administrative requests, consumers, and the library's log lines. */
import { LogUnavailable } from "@flash-sale/domain/ports/OrderLog"
import { Context, Duration, Effect, Layer, Queue } from "effect"
import {
  type Admin,
  type Consumer,
  type ConsumerConfig,
  Kafka,
  type LogEntry,
  logLevel,
  type RetryOptions
} from "kafkajs"
import { messageOf } from "../../errors/MessageOf.ts"
import * as Log from "../../observability/logs/Log.ts"
import * as Monotonic from "../../time/Monotonic.ts"
import * as Heartbeats from "./Heartbeats.ts"
import * as KafkaSecurity from "./KafkaSecurity.ts"
import { ADMIN_TIMEOUT, CONNECT_TIMEOUT, type KafkaSettings, REQUEST_TIMEOUT } from "./KafkaSettings.ts"

/** Attempts at one question before it is answered with `LogUnavailable`, and the waits between them. */
const ADMIN_RETRY = { retries: 2, initialRetryTime: 50, maxRetryTime: 200 }
/**
 * A consumer outlasts a restart of its broker (30 s of refused connections) rather than giving up its membership: a new
 * member would wait until the group has noticed that the old one is gone.
 */
const CONSUMER_RETRY = { retries: 150, initialRetryTime: 50, maxRetryTime: 200 }
/** A line that repeats within this time is logged at the level debug. */
const REPEAT_MILLIS = 30_000
/** Errors of the library that are expected: this program logs them by itself. */
const EXPECTED = /rebalanc|coordinator|Topic creation errors|Response without match/i
/** How many different lines are remembered for that. */
const LINES_REMEMBERED = 100
/** How many lines may wait to be logged; beyond them lines are dropped, so that memory is bounded. */
const LINES_WAITING = 1_000

/** Administrative requests and consumers. Appending has connections of its own: see `Appender`. */
export class KafkaClient extends Context.Service<KafkaClient, {
  readonly settings: KafkaSettings
  /** A consumer with its own connection. A crash is reported by its event and never repaired by the library. */
  readonly consumer: (options: ConsumerConfig) => Consumer
  /** Asks the cluster over one shared connection, made when first needed; `what` names the question in the error. */
  readonly ask: <A>(what: string, question: (admin: Admin) => Promise<A>) => Effect.Effect<A, LogUnavailable>
}>()("@flash-sale/infra/kafka/client/KafkaClient") {}

/** Connects lazily and never fails: Kafka may come later. */
export const layer = (settings: KafkaSettings): Layer.Layer<KafkaClient> => Layer.effect(KafkaClient, make(settings))

const make = Effect.fnUntraced(function*(settings: KafkaSettings) {
  const log = yield* makeLogForwarder
  const monotonic = yield* Monotonic.reader
  const client = (retry: RetryOptions) =>
    new Kafka({
      clientId: settings.clientId,
      brokers: [...settings.brokers],
      ...KafkaSecurity.ofKafkaJs(settings),
      connectionTimeout: CONNECT_TIMEOUT,
      requestTimeout: REQUEST_TIMEOUT,
      retry,
      logLevel: logLevel.INFO,
      logCreator: () => log
    })
  const consumers = client(CONSUMER_RETRY)
  const admin = client(ADMIN_RETRY).admin()
  const disconnect = (): Promise<void> => admin.disconnect().catch(() => undefined)
  let isClosed = false
  yield* Effect.addFinalizer(() =>
    Effect.promise(() => {
      isClosed = true
      return disconnect()
    })
  )

  // A request cannot be cancelled, and the library reconnects for the rest of it. A connection that is not closed would
  // keep a process alive that has nothing more to do.
  const answer = async <A>(question: (admin: Admin) => Promise<A>): Promise<A> => {
    try {
      // Connecting again is free while connected, and needed after the broker went away.
      await admin.connect()
      return await question(admin)
    } finally {
      if (isClosed) await disconnect()
    }
  }

  const ask = <A>(what: string, question: (admin: Admin) => Promise<A>): Effect.Effect<A, LogUnavailable> =>
    Effect.tryPromise({
      try: () => answer(question),
      catch: (error) => new LogUnavailable({ detail: `Kafka: ${what}: ${messageOf(error)}` })
    }).pipe(Effect.timeoutOrElse({
      duration: ADMIN_TIMEOUT,
      orElse: () =>
        Effect.fail(
          new LogUnavailable({
            detail: `Kafka: ${what}: no answer within ${Duration.format(Duration.fromInputUnsafe(ADMIN_TIMEOUT))}`
          })
        )
    }))

  return KafkaClient.of({
    settings,
    consumer: (options) => {
      const retry = { ...CONSUMER_RETRY, restartOnFailure: () => Promise.resolve(false) }
      // By default a consumer's questions make topics, with the broker's partitions and retention.
      return Heartbeats.consumer(consumers, { ...options, allowAutoTopicCreation: false, retry }, monotonic)
    },
    ask
  })
})

/**
 * Forwards the library's lines to the program's log. The library retries after what it calls errors, so they are
 * warnings here; its progress reports are for debugging; and repeated lines are logged once in a while.
 */
const makeLogForwarder = Effect.gen(function*() {
  const lines = yield* Queue.dropping<LogEntry>(LINES_WAITING)
  const writtenAt = new Map<string, number>()
  const isNews = (line: string, now: number): boolean => {
    const last = writtenAt.get(line)
    if (last !== undefined && now - last < REPEAT_MILLIS) return false
    if (writtenAt.size >= LINES_REMEMBERED) writtenAt.clear()
    writtenAt.set(line, now)
    return true
  }
  const writeLine = Effect.fnUntraced(function*(entry: LogEntry) {
    const error = typeof entry.log["error"] === "string" ? `: ${entry.log["error"]}` : ""
    const line = `Kafka ${entry.namespace}: ${entry.log.message}${error}`
    const isTrouble = (entry.level === logLevel.ERROR || entry.level === logLevel.WARN) && !EXPECTED.test(line)
    if (isTrouble && isNews(line, yield* Monotonic.now)) {
      return yield* Log.warn(line, { event: "kafka_client" })
    }
    yield* Log.debug(line, { event: "kafka_client" })
  })
  yield* Effect.forkScoped(Effect.forever(Effect.flatMap(Queue.take(lines), writeLine)))
  return (entry: LogEntry): void => {
    Queue.offerUnsafe(lines, entry)
  }
})
