/** What a buffer asks of the library's consumer of one topic. */
import type { Consumer } from "kafkajs"
import type * as FetchedRecords from "./FetchedRecords.ts"

/** The name of the error by which the library says that the consumer does not run. */
const STOPPED = "KafkaJSNonRetriableError"

export const make = (consumer: Consumer, topic: string): FetchedRecords.Fetching => ({
  seek: (partition, offset) => unlessStopped(() => consumer.seek({ topic, partition, offset: String(offset) })),
  pause: (partition) => unlessStopped(() => consumer.pause([{ topic, partitions: [partition] }])),
  resume: (partition) => unlessStopped(() => consumer.resume([{ topic, partitions: [partition] }]))
})

/** A consumer that has just stopped throws; the event that ends its workers is already on its way. */
const unlessStopped = (order: () => void): void => {
  try {
    order()
  } catch (error) {
    if (!(error instanceof Error && error.name === STOPPED)) throw error
  }
}
