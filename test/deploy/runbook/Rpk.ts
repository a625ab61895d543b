/** Redpanda's `rpk`, as far as the runbook types it, for a broker that is not Redpanda. */
import { Kafka, type KafkaMessage, logLevel } from "kafkajs"
import { randomUUID } from "node:crypto"

const TIMEOUT_MILLIS = 5_000

interface Found {
  readonly partition: number
  readonly message: KafkaMessage
}

const kafkaAt = (address: string) =>
  new Kafka({ brokers: [address], requestTimeout: TIMEOUT_MILLIS, retry: { retries: 2 }, logLevel: logLevel.NOTHING })

/** Every record up to the ends as they are now, by partition and offset. */
const read = async (kafka: Kafka, topic: string): Promise<ReadonlyArray<Found>> => {
  const admin = kafka.admin()
  await admin.connect()
  const groupId = `rpk-${randomUUID()}`
  const consumer = kafka.consumer({ groupId })
  try {
    const missing = new Map(
      (await admin.fetchTopicOffsets(topic))
        .filter(({ high, low }) => BigInt(high) > BigInt(low))
        .map(({ high, partition }) => [partition, BigInt(high) - 1n])
    )
    const found: Array<Found> = []
    if (missing.size === 0) return found
    await consumer.connect()
    await consumer.subscribe({ topic, fromBeginning: true })
    await new Promise<void>((resolve, reject) => {
      consumer.on(consumer.events.CRASH, ({ payload }) => reject(payload.error))
      consumer.run({
        autoCommit: false,
        eachMessage: async ({ message, partition }) => {
          found.push({ partition, message })
          if (BigInt(message.offset) >= (missing.get(partition) ?? -1n)) missing.delete(partition)
          if (missing.size === 0) resolve()
        }
      }).catch(reject)
    })
    return found.toSorted((a, b) => a.partition - b.partition || Number(a.message.offset) - Number(b.message.offset))
  } finally {
    await consumer.disconnect()
    await admin.deleteGroups([groupId]).catch(() => {})
    await admin.disconnect()
  }
}

const print = (format: string, { message, partition }: Found): string => {
  const headers = Object.entries(message.headers ?? {}).map(([key, value]) => [key, String(value)] as const)
  return format
    .replaceAll(
      /%h\{(.*?)\}/g,
      (_, each: string) => headers.map(([key, value]) => each.replace("%k", key).replace("%v", value)).join("")
    )
    .replaceAll("%p", String(partition))
    .replaceAll("%o", message.offset)
    .replaceAll("%k", String(message.key))
    .replaceAll("%v", String(message.value))
    .replaceAll("\\n", "\n")
}

const valueOf = (args: ReadonlyArray<string>, name: string): string | undefined => {
  const at = args.indexOf(name)
  return at < 0 ? undefined : args[at + 1]
}

/** What it prints. */
export const run = async (args: ReadonlyArray<string>, address: string): Promise<string> => {
  const [what, how, topic = ""] = args
  const kafka = kafkaAt(address)
  if (what === "topic" && how === "consume" && valueOf(args, "-o") === ":end") {
    const format = valueOf(args, "-f")
    if (format === undefined) throw new Error("rpk topic consume: only with -f here")
    return (await read(kafka, topic)).map((found) => print(format, found)).join("")
  }
  throw new Error(`rpk ${args.join(" ")}: not known here`)
}
