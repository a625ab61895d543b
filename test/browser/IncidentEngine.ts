/** An engine on servers of its own, a sale that runs there, and what goes wrong with it. */
import { Effect, Exit, Scope } from "effect"
import { join } from "node:path"
import { onTestFinished } from "vitest"
import * as Services from "../chaos/Services.ts"
import * as ProviderProcess from "../infra/payment/ProviderProcess.ts"
import { KafkaBroker } from "../servers/KafkaBroker.ts"
import { PostgresServer } from "../servers/PostgresServer.ts"
import { until } from "../servers/Processes.ts"
import { RedisServer } from "../servers/RedisServer.ts"
import { kafkaLib, needed, postgresPrograms, redisServerProgram } from "../servers/servers.ts"
import { order } from "./Orders.ts"

/** More requests than are made for one charge. */
const MANY = 1_000
/** Between two orders of the crowd, in milliseconds. */
const ORDERS_EVERY = 60

export interface IncidentEngine {
  readonly service: Services.Service
  readonly processor: Services.Service
  readonly redis: RedisServer
  readonly provider: ProviderProcess.Running
  readonly env: Readonly<Record<string, string>>
  readonly key: string
}

const aProvider = (): Promise<ProviderProcess.Running> => {
  const scope = Scope.makeUnsafe()
  onTestFinished(() => Effect.runPromise(Scope.close(scope, Exit.void)))
  return Effect.runPromise(Scope.provide(ProviderProcess.make(), scope))
}

/** Kafka, Redis, an archive, a payment provider, and each service as a process. */
export const start = async (): Promise<IncidentEngine> => {
  needed(redisServerProgram())
  const redis = await RedisServer.make()
  const kafka = await KafkaBroker.make(needed(kafkaLib()))
  const postgres = await PostgresServer.make(needed(postgresPrograms()))
  for (const server of [redis, kafka, postgres]) onTestFinished(() => server.stop())
  const [provider] = await Promise.all([aProvider(), redis.start(), kafka.start(), postgres.start()])
  const env = {
    REDIS_ADDR: redis.address,
    KAFKA_ADDR: kafka.address,
    ARCHIVE_URL: `postgres://postgres@${postgres.address}/postgres`,
    PAYMENT_URL: provider.url.href,
    PAYMENT_API_KEY: ProviderProcess.API_KEY,
    API_KEYS_FILE: join(await Services.folder(), "keys")
  }
  const key = await Services.apiKey("admin", env)
  const service = await Services.service("gateway", env)
  const processor = await Services.service("processor", env)
  const archive = await Services.service("archive", env)
  const services = [service, processor, archive]
  await Promise.all(services.map((one) => one.start()))
  await Promise.all(services.map((one) => one.untilHealth(200)))
  return { service, processor, redis, provider, env, key }
}

const answering = (
  { provider }: IncidentEngine,
  item: string,
  ids: ReadonlyArray<string>,
  faults: ReadonlyArray<"500">
): Promise<unknown> => Promise.all(ids.map((id) => Effect.runPromise(provider.script(`${item}:${id}:1`, ...faults))))

/** From now on the provider fails in these orders' first charges. */
export const failCharges = (engine: IncidentEngine, item: string, ids: ReadonlyArray<string>): Promise<unknown> =>
  answering(engine, item, ids, Array.from({ length: MANY }, () => "500" as const))

/** Waits until the processor has given these up. Then the provider answers again, and takes back what it has taken. */
export const mendProvider = async (
  engine: IncidentEngine,
  item: string,
  ids: ReadonlyArray<string>
): Promise<void> => {
  const givenUp = () => engine.processor.output().match(/"payment_given_up"/g)?.length ?? 0
  await until("the charges are given up", () => givenUp() >= ids.length)
  await answering(engine, item, ids, [])
}

export interface Crowd {
  /** How many orders were accepted until now. */
  readonly accepted: () => number
  /** Lets no more come. Fails where one was refused. */
  readonly stop: () => Promise<void>
}

/** Buyers who come one after the other, whatever happens. */
export const crowd = ({ service: { url } }: IncidentEngine, item: string): Crowd => {
  let accepted = 0
  let isOver = false
  const refused: Array<unknown> = []
  const come = async () => {
    while (!isOver) {
      const from = performance.now()
      const { body, status } = await order(url, item)
      if (status === 202) accepted++
      else refused.push(body)
      await until("the next buyer comes", () => isOver || performance.now() - from >= ORDERS_EVERY)
    }
  }
  const coming = come().catch((error: unknown) => void refused.push(String(error)))
  onTestFinished(() => {
    isOver = true
  })
  return {
    accepted: () => accepted,
    stop: async () => {
      isOver = true
      await coming
      if (refused.length > 0) throw new Error(`refused: ${JSON.stringify(refused.slice(0, 3))}`)
    }
  }
}
