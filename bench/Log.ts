/** Records put into the log as the gateway and the processor would have put them there. */
import { Command, CommandId, type Settlement } from "@flash-sale/domain/records/Command"
import { Attempt, CorrelationId, ItemId, RequestId, UserId } from "@flash-sale/domain/records/Ids"
import * as LogRecord from "@flash-sale/domain/records/LogRecord"
import { home } from "@flash-sale/domain/records/Partition"
import { type CompressionTypes, Kafka, logLevel, type Message } from "kafkajs"
import { PARTITIONS, type Services } from "./Services.ts"

export const TOPIC = "orders"
const NO_COMPRESSION: CompressionTypes = 0

/** `at` is the records' own time, in milliseconds since 1970: now where it is absent. */
export type Send = (records: ReadonlyArray<LogRecord.NewRecord>, at?: number) => Promise<void>

export const feeder = async ({ kafka }: Services) => {
  const client = new Kafka({ brokers: [kafka.address], logLevel: logLevel.NOTHING })
  const producer = client.producer()
  await producer.connect()
  const send: Send = async (records, at) => {
    const partitions = new Map<number, Array<Message>>()
    const time = at === undefined ? {} : { timestamp: String(Math.floor(at)) }
    for (const { headers, itemId, value } of records) {
      const partition = home(itemId, PARTITIONS)
      const messages = partitions.get(partition) ?? []
      messages.push({ key: itemId, value, headers: { ...headers }, partition, ...time })
      partitions.set(partition, messages)
    }
    await producer.sendBatch({
      acks: -1,
      compression: NO_COMPRESSION,
      topicMessages: [...partitions.values()].map((messages) => ({ topic: TOPIC, messages }))
    })
  }
  return { send, close: () => producer.disconnect() }
}

export const itemOf = (prefix: string, item: number): ItemId => ItemId.make(`${prefix}-${item}`)

export const stock = (itemId: ItemId, target: number): LogRecord.NewRecord =>
  LogRecord.encode(itemId, Command.Adjust({ adjustment: { command: CommandId.make(`stock-${itemId}`), target } }))

/** An order of one unit. */
export const order = (name: string, itemId: ItemId, acceptedAt: number): LogRecord.NewRecord =>
  LogRecord.encode(
    itemId,
    Command.Place({
      order: { requestId: RequestId.make(`request-${name}`), userId: UserId.make(`user-${name}`), itemId, amount: 1 },
      attempt: 1,
      acceptedAt: Math.floor(acceptedAt),
      correlationId: CorrelationId.make(`correlation-${name}`)
    })
  )

/** Those orders are paid for. */
export const paid = (names: ReadonlyArray<string>, itemId: ItemId): LogRecord.NewRecord => {
  const settlements = names.map((name): Settlement => ({
    requestId: RequestId.make(`request-${name}`),
    attempt: Attempt.make(1),
    outcome: "paid"
  }))
  return LogRecord.encode(itemId, Command.Settle({ settlements }))
}
