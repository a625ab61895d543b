/** Says which engine a command talks to, on standard error: the wrong folder or the wrong address is seen at once. */
import type * as Settings from "@flash-sale/infra/Settings"
import { type Config, Console, Effect } from "effect"
import { resolve } from "node:path"
import * as CommandFailed from "./CommandFailed.ts"

/** What the line begins with. */
export const PREFIX = "engine: "

/** The settings of Kafka and Redis. */
export interface Servers {
  readonly kafka: Config.Success<typeof Settings.KafkaSettings>
  readonly redis: Settings.RedisSettings
}

/** Fails where the folder is named from a working folder that is gone. */
export const sayEmbedded = ({ dataDir }: Settings.EmbeddedSettings) =>
  Effect.flatMap(
    Effect.try({
      try: () => resolve(dataDir),
      catch: () => CommandFailed.unreachable("the working folder of this process is gone: change to another one")
    }),
    (folder) => Console.error(`${PREFIX}the file in ${folder}`)
  )

export const sayDistributed = ({ kafka, redis }: Servers) =>
  Console.error(
    `${PREFIX}the topic ${kafka.ordersTopic} of Kafka at ${kafka.brokers.join(",")}, Redis at ${redisOf(redis)}`
  )

/** The admin API at this address. */
export const sayRemote = (url: URL) => Console.error(`${PREFIX}the admin API at ${url.origin}`)

const redisOf = ({ host, port, sentinels }: Settings.RedisSettings): string =>
  sentinels === undefined ? `${host}:${port}` : `the Sentinels of ${sentinels.name}`
