/** Settings for one test: topics and a group of its own. */
import * as KafkaSettings from "@flash-sale/infra/kafka/client/KafkaSettings"
import { randomUUID } from "node:crypto"

export const settingsAt = (
  address: string,
  change: Partial<KafkaSettings.KafkaSettings> = {}
): KafkaSettings.KafkaSettings => {
  const name = randomUUID().slice(0, 8)
  return {
    ...KafkaSettings.defaults,
    brokers: [address],
    partitions: 3,
    ordersTopic: `orders-${name}`,
    deadLettersTopic: `orders-dlq-${name}`,
    eventsTopic: `order-events-${name}`,
    group: `order-processor-${name}`,
    ...change
  }
}
