/** TLS and SASL in the options of each of the two clients. Passwords are unwrapped only here. */
import type { ConnectionOptions } from "@platformatic/kafka"
import { Redacted } from "effect"
import type { KafkaConfig, SASLOptions } from "kafkajs"
import * as Tls from "../../settings/Tls.ts"
import type { KafkaSettings, Sasl } from "./KafkaSettings.ts"

type Secured = Pick<KafkaSettings, "sasl" | "tls">

const saslOfKafkaJs = ({ mechanism, password, username }: Sasl): SASLOptions => {
  const login = { username, password: Redacted.value(password) }
  switch (mechanism) {
    case "PLAIN":
      return { mechanism: "plain", ...login }
    case "SCRAM-SHA-256":
      return { mechanism: "scram-sha-256", ...login }
    case "SCRAM-SHA-512":
      return { mechanism: "scram-sha-512", ...login }
  }
}

/** For kafkajs, which consumes and administers. It sets the server name of each broker by itself. */
export const ofKafkaJs = ({ sasl, tls }: Secured): Pick<KafkaConfig, "sasl" | "ssl"> => ({
  ...(tls === undefined ? {} : { ssl: Tls.connectionOptions(tls) }),
  ...(sasl === undefined ? {} : { sasl: saslOfKafkaJs(sasl) })
})

/** For @platformatic/kafka, which appends. */
export const ofProducer = ({ sasl, tls }: Secured): Pick<ConnectionOptions, "sasl" | "tls" | "tlsServerName"> => ({
  ...(tls === undefined ? {} : { tls: Tls.connectionOptions(tls), tlsServerName: true }),
  ...(sasl === undefined ? {} : { sasl: { ...sasl, password: Redacted.value(sasl.password) } })
})
