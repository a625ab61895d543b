/** The environment variables of Kafka. */
import { Config } from "effect"
import * as Kind from "../../settings/Kind.ts"
import * as Tls from "../../settings/Tls.ts"
import * as Variable from "../../settings/Variable.ts"
import * as KafkaSettings from "./KafkaSettings.ts"

/** Kafka numbers replicas by 16 bits. */
const replicas = Kind.whole(1, 32_767)

/** A topic of the log or of order events, which the dead letters are not in. */
export const logTopic: Kind.Kind<string> = {
  expects: `${Kind.topic.expects}, and not ${KafkaSettings.defaults.deadLettersTopic}`,
  read: (text) => text === KafkaSettings.defaults.deadLettersTopic ? undefined : Kind.topic.read(text)
}

const SaslSettings: Config.Config<KafkaSettings.Sasl | undefined> = Variable.check(
  Variable.group({
    mechanism: Variable.make<KafkaSettings.Sasl["mechanism"] | undefined>(
      "KAFKA_SASL_MECHANISM",
      Kind.word<KafkaSettings.Sasl["mechanism"]>({
        "plain": "PLAIN",
        "scram-sha-256": "SCRAM-SHA-256",
        "scram-sha-512": "SCRAM-SHA-512"
      }),
      undefined
    ),
    username: Variable.userName("KAFKA_USERNAME"),
    password: Variable.secret("KAFKA_PASSWORD")
  }),
  ({ mechanism, password, username }) => {
    const given = { KAFKA_SASL_MECHANISM: mechanism, KAFKA_USERNAME: username, KAFKA_PASSWORD: password }
    const missing = Object.entries(given).flatMap(([name, value]) => value === undefined ? [name] : [])
    return missing.length === 0 || missing.length === Object.keys(given).length
      ? undefined
      : `${missing.join(" and ")}: missing; ${Object.keys(given).join(", ")} go together`
  }
).pipe(
  Config.map(({ mechanism, password, username }) =>
    mechanism === undefined || username === undefined || password === undefined
      ? undefined
      : { mechanism, username, password }
  )
)

export const config: Config.Config<KafkaSettings.KafkaSettings> = Variable.check(
  Variable.group({
    brokers: Variable.make("KAFKA_ADDR", Kind.addresses, ["kafka-service:9092"]),
    ordersTopic: Variable.make("ORDERS_TOPIC", logTopic, KafkaSettings.defaults.ordersTopic),
    eventsTopic: Variable.make("ORDER_EVENTS_TOPIC", logTopic, KafkaSettings.defaults.eventsTopic),
    partitions: Variable.make("KAFKA_PARTITIONS", Kind.whole(1, 10_000), KafkaSettings.defaults.partitions),
    replicationFactor: Variable.make("KAFKA_REPLICATION_FACTOR", replicas, KafkaSettings.defaults.replicationFactor),
    minInsyncReplicas: Variable.make("KAFKA_MIN_INSYNC_REPLICAS", replicas, KafkaSettings.defaults.minInsyncReplicas),
    batchSize: Variable.make("KAFKA_BATCH_SIZE", Kind.whole(1, 10_000), KafkaSettings.defaults.batchSize),
    sasl: SaslSettings,
    tls: Tls.make("KAFKA", {
      isOn: Tls.isOn("KAFKA_TLS"),
      ca: Tls.pem("KAFKA_TLS_CA_FILE"),
      certificate: Tls.pem("KAFKA_TLS_CERT_FILE"),
      key: Tls.pem("KAFKA_TLS_KEY_FILE")
    })
  }),
  ({ eventsTopic, minInsyncReplicas, ordersTopic, replicationFactor }) => {
    if (eventsTopic === ordersTopic) {
      return `ORDER_EVENTS_TOPIC: "${eventsTopic}" is the topic of the orders: events have one of their own`
    }
    return minInsyncReplicas > replicationFactor
      ? `KAFKA_MIN_INSYNC_REPLICAS: "${minInsyncReplicas}" is more than ` +
        `KAFKA_REPLICATION_FACTOR, which is ${replicationFactor}: nothing could ever be appended`
      : undefined
  }
).pipe(Config.map((given) => Object.assign({}, KafkaSettings.defaults, given)))
