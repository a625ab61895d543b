/**
 * Looks at the brokers and the topics once, and changes nothing: a topic that is missing stays so. To read the dead
 * letters it joins a group of its own, which goes with it. Decision 0045.
 */
import { Effect } from "effect"
import { connect } from "node:net"
import type { KafkaFacts } from "../../facts/KafkaFacts.ts"
import * as Looked from "../../facts/Looked.ts"
import type { RedisFacts } from "../../facts/RedisFacts.ts"
import * as Appender from "../append/Appender.ts"
import * as BrokerApis from "../client/BrokerApis.ts"
import { KafkaClient } from "../client/KafkaClient.ts"
import { CONNECT_TIMEOUT } from "../client/KafkaSettings.ts"
import * as LettersLook from "./LettersLook.ts"
import * as TopicsLook from "./TopicsLook.ts"

/** The most brokers that are reached for. */
const MAX_BROKERS = 100
/** What its errors begin with: where one comes from is said by the check. */
const PREFIX = /^Kafka: brokers: /
/** What the brokers' client says where the login is at fault. */
const REFUSES = /SASL|authenticat/i

type Client = KafkaClient["Service"]

/** Whether somebody listens there: no word is said. */
const reach = (host: string, port: number): Effect.Effect<string | undefined> =>
  Effect.callback((resume) => {
    const socket = connect({ host, port, timeout: CONNECT_TIMEOUT })
    const end = (why: string | undefined) => {
      socket.destroy()
      resume(Effect.succeed(why))
    }
    socket.once("connect", () => end(undefined))
    socket.once("timeout", () => end(`no connection within ${CONNECT_TIMEOUT} ms`))
    socket.once("error", ({ message }) => end(message))
    return Effect.sync(() => socket.destroy())
  })

const brokers = (client: Client) =>
  client.ask("brokers", (admin) => admin.describeCluster()).pipe(
    Effect.flatMap((cluster) =>
      Effect.forEach(
        cluster.brokers.slice(0, MAX_BROKERS),
        ({ host, port }) => Effect.map(reach(host, port), (why) => ({ address: `${host}:${port}`, why })),
        { concurrency: "unbounded" }
      )
    )
  )

const members = (client: Client) =>
  Effect.map(
    client.ask("the processors' group", (admin) => admin.describeGroups([client.settings.group])),
    ({ groups }) => groups.reduce((sum, group) => sum + group.members.length, 0)
  )

const lacking = ({ settings }: Client) =>
  Effect.map(Effect.tryPromise(() => BrokerApis.listed(settings)), BrokerApis.lacking)

/** `stored` is the log that Redis says it is a fold of. Never fails, and takes half a minute at the most. */
export const look = Effect.fnUntraced(function*(stored: RedisFacts["log"]) {
  const client = yield* KafkaClient
  const { deadLettersTopic, eventsTopic, minInsyncReplicas, ordersTopic, partitions, replicationFactor } =
    client.settings
  const who = {
    address: client.settings.brokers.join(","),
    user: client.settings.sasl?.username,
    wanted: { partitions, replicationFactor, minInsyncReplicas, batchBytes: Appender.MAX_BATCH_BYTES }
  }
  const found = yield* Looked.at(brokers(client))
  if ("why" in found) return { ...who, ...unreached(found.why) }
  const asked = yield* Effect.all({
    lacking: Looked.at(lacking(client)),
    orders: Looked.at(TopicsLook.topic(client, ordersTopic)),
    letters: Looked.at(TopicsLook.topic(client, deadLettersTopic)),
    events: Looked.at(TopicsLook.topic(client, eventsTopic))
  }, { concurrency: "unbounded" })
  const hasOrders = "found" in asked.orders && asked.orders.found.partitions !== undefined
  const hasLetters = "found" in asked.letters && asked.letters.found.partitions !== undefined
  return {
    ...who,
    brokers: found,
    ...asked,
    refusal: yield* Looked.at(TopicsLook.refusal(client, asked.orders, stored)),
    // A broker makes its own topic for groups when it is first asked for one.
    members: hasOrders ? yield* Looked.at(members(client)) : notThere(ordersTopic),
    stampedAhead: hasOrders ? yield* Looked.at(TopicsLook.stampedAhead(client)) : notThere(ordersTopic),
    open: hasLetters
      ? yield* Looked.at(Effect.scoped(LettersLook.look(client)), LettersLook.WITHIN)
      : notThere(deadLettersTopic)
  } satisfies KafkaFacts
})

const notThere = (topic: string) => Looked.notLooked(`the topic ${topic} is not there`)

const unreached = (said: string): Omit<KafkaFacts, "address" | "user" | "wanted"> => {
  const why = said.replace(PREFIX, "")
  const isRefused = REFUSES.test(why)
  const rest = Looked.notLooked(isRefused ? "Kafka does not let this user in" : "Kafka cannot be reached")
  return {
    brokers: { why, ...(isRefused ? { refusal: why } : {}) },
    lacking: rest,
    orders: rest,
    letters: rest,
    events: rest,
    refusal: rest,
    members: rest,
    stampedAhead: rest,
    open: rest
  }
}
