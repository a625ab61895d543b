/** The whole engine on servers of its own: all that a fault may strike, and all that is checked afterwards. */
import { Effect, Exit, Scope } from "effect"
import { onTestFinished } from "vitest"
import * as ProviderProcess from "../infra/payment/ProviderProcess.ts"
import { KafkaBroker } from "../servers/KafkaBroker.ts"
import * as Group from "./Group.ts"
import * as Processors from "./Processors.ts"
import * as Services from "./Services.ts"
import { Store } from "./Store.ts"

/** Processors that there can be at once. */
const MAX_PROCESSORS = 3

export interface Scene {
  readonly env: Readonly<Record<string, string>>
  readonly brokers: ReadonlyArray<KafkaBroker>
  readonly group: Group.Group
  readonly store: Store
  readonly provider: ProviderProcess.Running
  readonly gateway: Services.Service
  /** Only the first is started. */
  readonly processors: ReadonlyArray<Services.Service>
}

export interface Options {
  /** The folder of Kafka's jars. */
  readonly lib: string
  /** Three have every record in two of them at the least. */
  readonly brokers?: 1 | 3
  readonly env?: Readonly<Record<string, string>>
}

/** A provider that keeps its promise and misbehaves otherwise. */
const aProvider = async () => {
  const scope = Scope.makeUnsafe()
  onTestFinished(() => Effect.runPromise(Scope.close(scope, Exit.void)))
  const provider = ProviderProcess.make({
    shares: {
      slow: 0.03,
      late: 0.02,
      silent: 0.01,
      reset: 0.02,
      "500": 0.02,
      "done-500": 0.03,
      "done-reset": 0.03,
      twice: 0.02,
      garbage: 0.01,
      "other-key": 0.01
    },
    // What is never answered is given up and voided; what was charged by then must come back.
    tempers: { declined: 0.05, "500": 0.01, "done-500": 0.02, "done-reset": 0.01 }
  })
  return Effect.runPromise(Scope.provide(provider, scope))
}

const replicated = {
  KAFKA_REPLICATION_FACTOR: "3",
  KAFKA_MIN_INSYNC_REPLICAS: "2"
}

/** Everything runs, and the first processor has all there is. */
export const make = async ({ brokers: count = 1, env: more = {}, lib }: Options): Promise<Scene> => {
  const store = await Store.start()
  onTestFinished(() => store.stop())
  const brokers = count === 1 ? [await KafkaBroker.make(lib)] : await KafkaBroker.cluster(lib, count)
  for (const broker of brokers) onTestFinished(() => broker.stop())
  const [provider] = await Promise.all([aProvider(), ...brokers.map((broker) => broker.start())])
  const addresses = brokers.map(({ address }) => address)
  const env = {
    REDIS_ADDR: store.address,
    KAFKA_ADDR: addresses.join(","),
    PAYMENT_URL: provider.url.href,
    PAYMENT_API_KEY: ProviderProcess.API_KEY,
    CIRCUIT_BREAKER_BASE_TIMEOUT: "1s",
    ...(count === 1 ? {} : replicated),
    ...more
  }
  const gateway = await Services.service("gateway", env)
  const processors: Array<Services.Service> = []
  while (processors.length < MAX_PROCESSORS) processors.push(await Services.service("processor", env))
  const [first] = processors
  await Promise.all([gateway.start(), first!.start()])
  await Promise.all([gateway.untilHealth(200), first!.untilHealth(200), Processors.share(first!)])
  return { env, brokers, group: Group.of(addresses), store, provider, gateway, processors }
}
