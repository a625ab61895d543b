/** Whether a topic can be used now. */
import { Effect } from "effect"
import * as Kept from "../../time/Kept.ts"
import type { KafkaClient } from "./KafkaClient.ts"

/** How long an answer stays good. */
const KEPT = "1 second"

/** Whether the cluster answers and every partition of the topic has a leader. At most a second old. */
export const make = (client: KafkaClient["Service"], topic: string): Effect.Effect<Effect.Effect<boolean>> =>
  client.ask("metadata", (admin) => admin.fetchTopicMetadata({ topics: [topic] })).pipe(
    Effect.map(({ topics }) => topics.every(({ partitions }) => partitions.every(({ leader }) => leader >= 0))),
    Effect.orElseSucceed(() => false),
    (asked) => Kept.make(asked, KEPT)
  )
