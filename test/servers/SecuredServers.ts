/** A Redis and a Kafka that require TLS and credentials, and the environment with which an engine gets in. */
import * as UserRights from "@flash-sale/infra/redis/rights/UserRights"
import * as Users from "@flash-sale/infra/redis/rights/Users"
import { Redis } from "ioredis"
import { AclOperationTypes, AclPermissionTypes, AclResourceTypes, Kafka, logLevel, ResourcePatternTypes } from "kafkajs"
import { readFile } from "node:fs/promises"
import { KAFKA_RIGHTS, type KafkaUser } from "../../scripts/rights/KafkaRights.ts"
import { textOf } from "../../scripts/rights/Scripts.ts"
import { sources } from "../../scripts/Source.ts"
import type { Certificates } from "./Certificates.ts"
import { KafkaBroker } from "./KafkaBroker.ts"
import { freePort } from "./Ports.ts"
import { RedisServer } from "./RedisServer.ts"

export const PASSWORD = "s3cret-0f-the-engine"

export type User = keyof typeof Users.USERS

const USERS = Object.keys(Users.USERS) as ReadonlyArray<User>
const KAFKA_USERS = Object.keys(KAFKA_RIGHTS) as ReadonlyArray<KafkaUser>

/** What docs/operations.md says that the user at Redis must be allowed: nothing else is. */
export const rulesOf = (user: User): ReadonlyArray<string> =>
  UserRights.rules(user, PASSWORD, textOf(sources("lua/*.lua"), sources("lua/lib/*.lua")))

type Env = Readonly<Record<string, string>>

interface Secured<Name> {
  /** The environment with which a service gets in as its own user. */
  readonly envOf: (user: Name) => Env
  readonly stop: () => Promise<void>
}

/** What Redis has denied since it was started: a line each. */
export const denied = async (admin: Redis): Promise<ReadonlyArray<string>> => {
  const entries = await admin.acl("LOG")
  const texts = Array.isArray(entries) ? entries.map(String) : [JSON.stringify(entries)]
  return texts.filter((text) => !text.includes(",auth,"))
}

/** Asks for a certificate as well. `admin` is an administrator's client, by another door. */
export const redis = async (certificates: Certificates): Promise<Secured<User> & { readonly admin: Redis }> => {
  const port = await freePort()
  const server = await RedisServer.make({
    "tls-port": String(port),
    "tls-ca-cert-file": certificates.ca,
    "tls-cert-file": certificates.server.certificate,
    "tls-key-file": certificates.server.key,
    "tls-auth-clients": "yes"
  })
  await server.start()
  const admin = new Redis({ host: server.host, port: server.port, disableClientInfo: true, protocol: 2 })
  for (const user of USERS) await admin.acl("SETUSER", user, ...rulesOf(user))
  await admin.acl("SETUSER", "default", "off")
  return {
    admin,
    envOf: (user) => ({
      REDIS_ADDR: `localhost:${port}`,
      REDIS_USERNAME: user,
      REDIS_PASSWORD: PASSWORD,
      REDIS_TLS: "true",
      REDIS_TLS_CA_FILE: certificates.ca,
      REDIS_TLS_CERT_FILE: certificates.client.certificate,
      REDIS_TLS_KEY_FILE: certificates.client.key
    }),
    stop: async () => {
      admin.disconnect()
      await server.stop()
    }
  }
}

/** PEM as the value of a property. */
const oneLine = (pem: string): string => pem.trim().replaceAll("\n", "\\n")

const AUTHORIZER = "org.apache.kafka.metadata.authorizer.StandardAuthorizer"
const MODULES = "org.apache.kafka.common.security"
const PLAIN_USERS = KAFKA_USERS.map((user) => `user_${user}="${PASSWORD}"`).join(" ")
const SCRAM = ["SCRAM-SHA-256", "SCRAM-SHA-512"]

/** What docs/operations.md says that the users at Kafka must be allowed, for each topic that is the log once. */
const allow = async (address: string, topics: ReadonlyArray<string>): Promise<void> => {
  const namesOf = (name: string) =>
    new Set(topics.map((topic) => name.replace(/^(orders(?!-dlq)|order-events)/, `$1${topic.slice("orders".length)}`)))
  const admin = new Kafka({ brokers: [address], logLevel: logLevel.NOTHING }).admin()
  await admin.connect()
  const acl = KAFKA_USERS.flatMap((user) =>
    KAFKA_RIGHTS[user].flatMap(({ isPrefix, name, operations, resource }) =>
      operations.flatMap((operation) =>
        [...namesOf(name)].map((resourceName) => ({
          resourceType: resource === "topic" ? AclResourceTypes.TOPIC : AclResourceTypes.GROUP,
          resourceName,
          resourcePatternType: isPrefix === true ? ResourcePatternTypes.PREFIXED : ResourcePatternTypes.LITERAL,
          principal: `User:${user}`,
          host: "*",
          operation: AclOperationTypes[operation.replace(/(?<=[a-z])(?=[A-Z])/, "_").toUpperCase() as "READ"],
          permissionType: AclPermissionTypes.ALLOW
        }))
      )
    )
  )
  await admin.createAcls({ acl })
  await admin.disconnect()
}

export interface KafkaOptions {
  /** In milliseconds: so often must a client sign in again. */
  readonly reauthenticate?: number | undefined
  /** Whether each user may only do what docs/operations.md says. */
  readonly isLimited?: boolean
  /** Topics that are the log, one after the other. */
  readonly topics?: ReadonlyArray<string>
}

/** `address` is an administrator's door. */
export const kafka = async (
  lib: string,
  certificates: Certificates,
  { isLimited = false, reauthenticate, topics = ["orders"] }: KafkaOptions = {}
): Promise<Secured<KafkaUser> & { readonly address: string }> => {
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
      ...login("PLAIN", `plain.PlainLoginModule required ${PLAIN_USERS}`),
      ...Object.assign({}, ...SCRAM.map((mechanism) => login(mechanism, "scram.ScramLoginModule required"))),
      "listener.name.secured.ssl.keystore.type": "PEM",
      "listener.name.secured.ssl.keystore.key": oneLine(key),
      "listener.name.secured.ssl.keystore.certificate.chain": oneLine(certificate),
      // By its other door everybody is an administrator.
      ...(isLimited ? { "authorizer.class.name": AUTHORIZER, "super.users": "User:ANONYMOUS" } : {}),
      ...(reauthenticate === undefined ? {} : { "connections.max.reauth.ms": String(reauthenticate) })
    }),
    formatting: SCRAM.flatMap((mechanism) =>
      KAFKA_USERS.flatMap((user) => ["--add-scram", `${mechanism}=[name=${user},password=${PASSWORD}]`])
    )
  })
  await broker.start()
  if (isLimited) await allow(broker.address, topics)
  return {
    address: broker.address,
    envOf: (user) => ({
      KAFKA_ADDR: `localhost:${port}`,
      KAFKA_SASL_MECHANISM: "scram-sha-512",
      KAFKA_USERNAME: user,
      KAFKA_PASSWORD: PASSWORD,
      KAFKA_TLS: "true",
      KAFKA_TLS_CA_FILE: certificates.ca
    }),
    stop: () => broker.stop()
  }
}
