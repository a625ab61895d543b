/** The dead letters on Kafka: the topic `orders-dlq`, folded into memory. */
import { DeadLetters } from "@flash-sale/domain/ports/DeadLetters"
import type { LetterEntry } from "@flash-sale/domain/ports/LetterReader"
import { StoreUnavailable } from "@flash-sale/domain/ports/StoreUnavailable"
import { Effect, Exit, Latch, Layer, Option, Schedule } from "effect"
import * as Appender from "./append/Appender.ts"
import { KafkaClient } from "./client/KafkaClient.ts"
import type { Appendable } from "./client/KafkaRecords.ts"
import * as DeadLetterFold from "./letters/DeadLetterFold.ts"
import * as DeadLetterRecords from "./letters/DeadLetterRecords.ts"
import * as TopicReader from "./letters/TopicReader.ts"
import * as Topics from "./topics/Topics.ts"

/** Letters are few and their order does not matter: all go to the first partition. */
const PARTITION = 0
const { LETTERS_KEPT } = DeadLetterFold
/** How often in a row the topic is read again because most of what was kept turned out to be handled. */
const MOST_AGAIN = 3
/** The wait before the topic is read again from its start after the connection was lost for good. */
const rereading = Schedule.jittered(Schedule.spaced("1 second"))

interface Reading {
  readonly fold: DeadLetterFold.DeadLetterFold
  isCaughtUp: boolean
}

/**
 * Appends letters and handlings, and keeps a fold of the topic from the first `list`, `find` or `stats` on. These fail
 * until the fold has reached the end that the topic had when reading started; what this process appends is in it at
 * once.
 */
export const layer: Layer.Layer<DeadLetters, never, KafkaClient | Topics.Topics> = Layer.effect(
  DeadLetters,
  Effect.gen(function*() {
    const client = yield* KafkaClient
    const topics = yield* Topics.Topics
    const { deadLettersTopic: topic, ordersTopic: log } = client.settings
    const appender = yield* Appender.make(client.settings, topic)
    const isAsked = yield* Latch.make()
    const isShort = yield* Latch.make()
    /** The fold that answers, and the one that is being read; mostly the same. */
    let answering: Reading = { fold: DeadLetterFold.make(), isCaughtUp: false }
    let reading = answering
    let again = 0
    /** Of the fold that knows more: one whose connection was lost may have begun anew. */
    const handled = () =>
      reading.fold.handled.size > answering.fold.handled.size ? reading.fold.handled : answering.fold.handled

    const readOnce = Effect.suspend(() => {
      const next: Reading = { fold: DeadLetterFold.make(LETTERS_KEPT, handled()), isCaughtUp: false }
      reading = next
      Latch.closeUnsafe(isShort)
      return Effect.scoped(TopicReader.run(client, topic, {
        onRecord: (record) => {
          const entry = DeadLetterRecords.decode(record, log)
          if (Option.isSome(entry)) next.fold.add(entry.value)
        },
        onCaughtUp: () => {
          if (next.fold.isShort() && again < MOST_AGAIN) {
            again++
            return Latch.openUnsafe(isShort)
          }
          again = 0
          next.isCaughtUp = true
          answering = next
        }
      }))
    })
    yield* Latch.await(isAsked).pipe(
      Effect.andThen(Effect.exit(topics.partitions)),
      Effect.andThen(Effect.forever(Effect.raceFirst(Effect.retry(readOnce, rereading), Latch.await(isShort)))),
      Effect.forkScoped
    )

    const append = Effect.fnUntraced(function*(record: Appendable, entry: LetterEntry) {
      const known = topics.now()
      if (known === undefined || Exit.isFailure(known)) {
        return yield* new StoreUnavailable({ detail: `Kafka: ${topic} is not known yet` })
      }
      yield* Effect.mapError(appender.append(PARTITION, record), ({ detail }) => new StoreUnavailable({ detail }))
      answering.fold.add(entry)
      reading.fold.add(entry)
    })

    const whenCaughtUp = <A>(answer: (fold: DeadLetterFold.DeadLetterFold) => A) =>
      Effect.suspend(() => {
        Latch.openUnsafe(isAsked)
        // One reading at a time: the next one begins only when the last has caught up.
        if (answering === reading && answering.fold.isShort()) Latch.openUnsafe(isShort)
        return answering.isCaughtUp
          ? Effect.succeed(answer(answering.fold))
          : new StoreUnavailable({ detail: `Kafka: ${topic} has not been read to its end yet` })
      })

    return DeadLetters.of({
      put: (letter) => append(DeadLetterRecords.ofLetter(letter, log), { _tag: "Letter", letter }),
      handle: (handling) => append(DeadLetterRecords.ofHandling(handling, log), { _tag: "Handled", handling }),
      list: (limit, query) => whenCaughtUp((fold) => fold.list(limit, query)),
      // The present log may be named as well.
      find: ({ topic: named, ...id }) =>
        whenCaughtUp((fold) => fold.find(named === undefined || named === log ? id : { ...id, topic: named })),
      stats: whenCaughtUp((fold) => fold.stats())
    })
  })
)
