/** A Redis and a Kafka that require TLS and credentials, and the environment with which an engine gets in. */
import { Redis } from "ioredis"
import { readFile } from "node:fs/promises"
import type { Certificates } from "./Certificates.ts"
import { KafkaBroker } from "./KafkaBroker.ts"
import { freePort } from "./Ports.ts"
import { RedisServer } from "./RedisServer.ts"

export const USER = "engine"
export const PASSWORD = "s3cret-0f-the-engine"
/** What docs/operations.md says that the engine's user at Redis must be allowed. */
export const RIGHTS = [
  ..."~inventory:* ~{inventory:* ~order_status:* ~ratelimit:* ~fold:* ~repairs".split(" "),
  ..."-@all +@read +@write +@scripting +@connection +info +config|get".split(" ")
]

type Env = Readonly<Record<string, string>>

interface Secured {
  readonly env: Env
  readonly stop: () => Promise<void>
}

/** Asks for a certificate as well. `admin` is an administrator's client, by another door. */
export const redis = async (certificates: Certificates): Promise<Secured & { readonly admin: Redis }> => {
  const port = await freePort()
  const server = await RedisServer.make({
    "tls-port": String(port),
    "tls-ca-cert-file": certificates.ca,
    "tls-cert-file": certificates.server.certificate,
    "tls-key-file": certificates.server.key,
    "tls-auth-clients": "yes"
  })
  await server.start()
  const admin = new Redis({ host: server.host, port: server.port, disableClientInfo: true })
  await admin.acl("SETUSER", USER, "on", `>${PASSWORD}`, ...RIGHTS)
  await admin.acl("SETUSER", "default", "off")
  return {
    admin,
    env: {
      REDIS_ADDR: `localhost:${port}`,
      REDIS_USERNAME: USER,
      REDIS_PASSWORD: PASSWORD,
      REDIS_TLS: "true",
      REDIS_TLS_CA_FILE: certificates.ca,
      REDIS_TLS_CERT_FILE: certificates.client.certificate,
      REDIS_TLS_KEY_FILE: certificates.client.key
    },
    stop: async () => {
      admin.disconnect()
      await server.stop()
    }
  }
}

/** PEM as the value of a property. */
const oneLine = (pem: string): string => pem.trim().replaceAll("\n", "\\n")

const MODULES = "org.apache.kafka.common.security"
const SCRAM = ["SCRAM-SHA-256", "SCRAM-SHA-512"]

/** `reauthenticate` in milliseconds: so often must a client sign in again. */
export const kafka = async (lib: string, certificates: Certificates, reauthenticate?: number): Promise<Secured> => {
  const port = await freePort()
  const key = await readFile(certificates.server.key, "utf8")
  const certificate = await readFile(certificates.server.certificate, "utf8")
  const login = (mechanism: string, module: string) => ({
    [`listener.name.secured.${mechanism.toLowerCase()}.sasl.jaas.config`]: `${MODULES}.${module};`
  })
  const broker = await KafkaBroker.make(lib, {
    // One more listener: by the others the broker speaks to itself, and the tests ask whether it serves.
    settings: (usual) => ({
      "listeners": `${usual["listeners"]},SECURED://127.0.0.1:${port}`,
      "advertised.listeners": `${usual["advertised.listeners"]},SECURED://127.0.0.1:${port}`,
      "listener.security.protocol.map": `${usual["listener.security.protocol.map"]},SECURED:SASL_SSL`,
      "inter.broker.listener.name": "PLAINTEXT",
      "sasl.enabled.mechanisms": ["PLAIN", ...SCRAM].join(),
      ...login("PLAIN", `plain.PlainLoginModule required user_${USER}="${PASSWORD}"`),
      ...Object.assign({}, ...SCRAM.map((mechanism) => login(mechanism, "scram.ScramLoginModule required"))),
      "listener.name.secured.ssl.keystore.type": "PEM",
      "listener.name.secured.ssl.keystore.key": oneLine(key),
      "listener.name.secured.ssl.keystore.certificate.chain": oneLine(certificate),
      ...(reauthenticate === undefined ? {} : { "connections.max.reauth.ms": String(reauthenticate) })
    }),
    formatting: SCRAM.flatMap((mechanism) => ["--add-scram", `${mechanism}=[name=${USER},password=${PASSWORD}]`])
  })
  await broker.start()
  return {
    env: {
      KAFKA_ADDR: `localhost:${port}`,
      KAFKA_SASL_MECHANISM: "scram-sha-512",
      KAFKA_USERNAME: USER,
      KAFKA_PASSWORD: PASSWORD,
      KAFKA_TLS: "true",
      KAFKA_TLS_CA_FILE: certificates.ca
    },
    stop: () => broker.stop()
  }
}
