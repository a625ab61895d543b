/** Dead letters as a processor put them long ago. */
import { CorrelationId, RequestId } from "@flash-sale/domain/records/Ids"
import { Offset, PartitionId } from "@flash-sale/domain/records/Partition"
import * as DeadLetterRecords from "@flash-sale/infra/kafka/letters/DeadLetterRecords"
import { Kafka, logLevel } from "kafkajs"

const TOPIC = "orders-dlq"
/** Behind every offset that the test's own orders reach. */
const FROM_OFFSET = 1_000_000

/** As `flash-sale dlq` names them. */
export const ids = (count: number): ReadonlyArray<string> =>
  Array.from({ length: count }, (_, index) => `0-${FROM_OFFSET + index}`)

/** Appends letters of orders that timed out `ageSeconds` ago. */
export const put = async (address: string, count: number, ageSeconds: number): Promise<void> => {
  const timestamp = new Date(Date.now() - ageSeconds * 1000).toISOString()
  const producer = new Kafka({ brokers: [address], logLevel: logLevel.NOTHING }).producer()
  await producer.connect()
  try {
    const messages = Array.from({ length: count }, (_, index) => {
      const requestId = RequestId.make(`old-${index}`)
      const { headers, key, value } = DeadLetterRecords.ofLetter({
        partition: PartitionId.make(0),
        offset: Offset.make(FROM_OFFSET + index),
        key: "101",
        value: new TextEncoder().encode(
          JSON.stringify({ request_id: requestId, user_id: "u-1", item_id: "101", amount: 1 })
        ),
        error: "Payment Timeout",
        requestId,
        correlationId: CorrelationId.make(`c-old-${index}`),
        attempt: 1,
        timestamp
      }, "orders")
      return { key: key ?? null, value: Buffer.from(value), headers, partition: 0 }
    })
    await producer.send({ topic: TOPIC, acks: -1, messages })
  } finally {
    await producer.disconnect()
  }
}
