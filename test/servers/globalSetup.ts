/**
 * One Redis, one Kafka and one PostgreSQL for the whole run: those of `REDIS_ADDR`, `KAFKA_ADDR` and `POSTGRES_ADDR`,
 * else from Docker, else local programs; and what suites need that start and kill servers of their own. What cannot be
 * had is provided as its reason, and with `CI=true` it ends the run.
 */
import type { TestProject } from "vitest/node"
import * as Docker from "./Docker.ts"
import { KafkaBroker } from "./KafkaBroker.ts"
import * as KafkaClassSharing from "./KafkaClassSharing.ts"
import { kafkaJars } from "./KafkaJars.ts"
import { findPostgres, PostgresServer } from "./PostgresServer.ts"
import { findOrInstall } from "./Programs.ts"
import { RedisServer } from "./RedisServer.ts"
import { type Found, isUnavailable, orReason } from "./Unavailable.ts"

/** What is taken, and how it is given back. */
type Release = () => Promise<void>

const theirs = (name: string): string | undefined => process.env[name] === "" ? undefined : process.env[name]

/** The first that can be had: what the environment names, a container, a local program. */
const shared = async (
  named: string | undefined,
  inDocker: () => Promise<Docker.Running>,
  local: () => Promise<Docker.Running>,
  releases: Array<Release>
): Promise<string> => {
  if (named !== undefined) return named
  const docker = await Docker.isThere() ? await inDocker().catch(() => undefined) : undefined
  const server = docker ?? await local()
  releases.push(server.stop)
  return server.address
}

/** What was found is needed: throws the reason where it was not. */
const must = (found: Found): string => {
  if (isUnavailable(found)) throw new Error(found.reason)
  return found
}

const running = async (
  server: { readonly address: string; start(): Promise<void>; stop(): Promise<void> }
): Promise<Docker.Running> => {
  try {
    await server.start()
  } catch (error) {
    await server.stop()
    throw error
  }
  return { address: server.address, stop: () => server.stop() }
}

/** Of a server whose data nobody needs after the run. */
const QUICK = { fsync: "off", full_page_writes: "off" }

const find = async (releases: Array<Release>) => {
  const program = orReason(() => findOrInstall("redis-server", "redis-server"))
  const lib = orReason(async () => {
    const jars = await kafkaJars()
    await KafkaClassSharing.share(jars)
    return jars
  })
  const localRedis = async () => {
    must(await program)
    return running(await RedisServer.make({ appendonly: "no" }))
  }
  const localKafka = async () => running(await KafkaBroker.make(must(await lib)))
  const postgresPrograms = orReason(findPostgres)
  const localPostgres = async () => running(await PostgresServer.make(must(await postgresPrograms), QUICK))
  const [redisAddr, kafkaAddr, postgresAddr] = await Promise.all([
    orReason(() => shared(theirs("REDIS_ADDR"), Docker.redis, localRedis, releases)),
    orReason(() => shared(theirs("KAFKA_ADDR"), Docker.kafka, localKafka, releases)),
    orReason(() => shared(theirs("POSTGRES_ADDR"), Docker.postgres, localPostgres, releases))
  ])
  const prometheusProgram = await orReason(() => findOrInstall("prometheus", "prometheus"))
  const haproxyProgram = await orReason(() => findOrInstall("haproxy", "haproxy"))
  return {
    redisAddr,
    kafkaAddr,
    redisServerProgram: await program,
    kafkaLib: await lib,
    prometheusProgram,
    haproxyProgram,
    postgresAddr,
    postgresPrograms: await postgresPrograms
  }
}

export default async function setup(project: TestProject): Promise<Release> {
  const releases: Array<Release> = []
  const release: Release = async () => {
    await Promise.allSettled(releases.map((one) => one()))
  }
  const found = await find(releases)
  const missing = Object.values(found).filter(isUnavailable).map(({ reason }) => reason)
  if (theirs("CI") !== undefined && missing.length > 0) {
    await release()
    throw new Error(`with CI set, tests may not be skipped: ${[...new Set(missing)].join("; ")}`)
  }
  project.provide("redisAddr", found.redisAddr)
  project.provide("kafkaAddr", found.kafkaAddr)
  project.provide("redisServerProgram", found.redisServerProgram)
  project.provide("kafkaLib", found.kafkaLib)
  project.provide("prometheusProgram", found.prometheusProgram)
  project.provide("haproxyProgram", found.haproxyProgram)
  project.provide("postgresAddr", found.postgresAddr)
  project.provide("postgresPrograms", found.postgresPrograms)
  return release
}
