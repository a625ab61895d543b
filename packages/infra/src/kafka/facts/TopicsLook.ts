/** What the brokers say of one topic, and whether the log may be used by all that is written down of it. */
import type { LogIdentity } from "@flash-sale/domain/ports/FoldedLog"
import type { LogUnavailable } from "@flash-sale/domain/ports/OrderLog"
import { Clock, Effect } from "effect"
import type { Topic, TopicSettings } from "../../facts/KafkaFacts.ts"
import * as Looked from "../../facts/Looked.ts"
import type { KafkaClient } from "../client/KafkaClient.ts"
import * as TopicMetadata from "../client/TopicMetadata.ts"
import * as Evidence from "../topics/Evidence.ts"
import * as Policies from "../topics/Policies.ts"
import * as Verdict from "../topics/Verdict.ts"

/** Records that are stamped later than this from now have the time of a clock that is wrong, in milliseconds. */
export const AHEAD_MILLIS = 5_000
const MAX_MESSAGE = "max.message.bytes"
const ASKED = [...Policies.ASKED, MAX_MESSAGE]

type Client = KafkaClient["Service"]

/** The topic, or that there is none. */
export const topic = Effect.fnUntraced(function*(
  client: Client,
  name: string
): Effect.fn.Return<Topic, LogUnavailable> {
  if ((yield* Evidence.partitionsStill(client, name)) === undefined) {
    return { name, partitions: undefined, settings: Looked.notLooked(`the topic ${name} is not there`) }
  }
  const { topics } = yield* client.ask(`topic ${name}`, (admin) => admin.fetchTopicMetadata({ topics: [name] }))
  const partitions = topics.flatMap((one) => one.partitions).map(({ isr, leader, partitionId, replicas }) => ({
    partition: partitionId,
    hasLeader: leader >= 0,
    replicas: replicas.length,
    inSync: isr.length
  }))
  const settings = yield* Looked.at(Policies.settingsOf(client, name, ASKED))
  return { name, partitions, settings: Looked.map(settings, settingsOf(client, name)) }
})

const settingsOf = (client: Client, topic: string) => (settings: ReadonlyMap<string, string>): TopicSettings => {
  const numberOf = (name: string) => settings.has(name) ? Number(settings.get(name)) : undefined
  return {
    losses: Policies.losses(settings, client.settings.minInsyncReplicas, Policies.keptOf(client.settings, topic)),
    minInsyncReplicas: numberOf(Policies.IN_SYNC),
    maxMessageBytes: numberOf(MAX_MESSAGE)
  }
}

/** Why services refuse the log: by what Redis, the group's offsets and the settings say. Undefined where none does. */
export const refusal = Effect.fnUntraced(function*(
  client: Client,
  orders: Looked.Looked<Topic>,
  stored: Looked.Looked<LogIdentity | undefined>
) {
  if ("why" in orders) return yield* new Looked.NotAnswered({ detail: orders.why })
  const settings = { topic: client.settings.ordersTopic, partitions: client.settings.partitions }
  const inStore = "found" in stored && stored.found !== undefined ? [{ ...stored.found, where: "Redis" as const }] : []
  const found = orders.found.partitions?.length
  const noted = found === undefined ? [] : yield* Evidence.inGroup(client)
  const verdict = Verdict.of({ settings, found, witnesses: [...inStore, ...noted] })
  return verdict._tag === "LogRefused" ? verdict.detail : undefined
})

/** The library answers with the end of a partition that has no record of that time. */
export const stampedAhead = (client: Client) =>
  Effect.gen(function*() {
    const { ordersTopic } = client.settings
    const from = (yield* Clock.currentTimeMillis) + AHEAD_MILLIS
    const partitions = yield* client.ask("times of records", async (admin) => {
      // Asked first, so that the end which is answered later is not taken for a record, however many come meanwhile.
      const bounds = await TopicMetadata.boundsOf(admin, ordersTopic)
      const ends = new Map(bounds.map((one) => [one.partition, Number(one.high)]))
      const later = await admin.fetchTopicOffsetsByTimestamp(ordersTopic, from)
      return later.filter(({ offset, partition }) => Number(offset) < (ends.get(partition) ?? 0)).length
    })
    return { partitions, byMillis: AHEAD_MILLIS }
  })
