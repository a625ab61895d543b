/** Address and login of a Redis. */
import type { Redacted } from "effect"
import type * as Tls from "../../settings/Tls.ts"
import type { Sentinels } from "./SentinelConfig.ts"

/** Plain values, as `RedisConfig` reads them from the environment. */
export interface RedisSettings {
  readonly host: string
  readonly port: number
  /** The user `default` where it is absent and there is a password. */
  readonly username?: string | undefined
  readonly password?: Redacted.Redacted<string> | undefined
  /** Connections are not encrypted where it is absent. */
  readonly tls?: Tls.Tls | undefined
  /** They name the primary: host and port are not used then. */
  readonly sentinels?: Sentinels | undefined
}

/** The address in words, for log lines and the answers of commands. */
export const addressOf = ({ host, port, sentinels }: RedisSettings): string =>
  sentinels === undefined
    ? `${host}:${port}`
    : `${sentinels.name} of ${sentinels.nodes.map((node) => `${node.host}:${node.port}`).join(",")}`
