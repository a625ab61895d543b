/** The environment variables of Redis. */
import { Config } from "effect"
import * as Kind from "../../settings/Kind.ts"
import * as Tls from "../../settings/Tls.ts"
import * as Variable from "../../settings/Variable.ts"
import type { RedisSettings } from "./RedisSettings.ts"
import * as SentinelConfig from "./SentinelConfig.ts"

/** Address and login of Redis. A password without a name is that of the user `default`. */
export const config: Config.Config<RedisSettings> = Variable.check(
  Variable.group({
    address: Variable.make("REDIS_ADDR", Kind.address, { host: "redis-service", port: 6379 }),
    username: Variable.userName("REDIS_USERNAME"),
    password: Variable.secret("REDIS_PASSWORD"),
    tls: Tls.make("REDIS", {
      isOn: Tls.isOn("REDIS_TLS"),
      ca: Tls.pem("REDIS_TLS_CA_FILE"),
      certificate: Tls.pem("REDIS_TLS_CERT_FILE"),
      key: Tls.pem("REDIS_TLS_KEY_FILE")
    }),
    sentinels: SentinelConfig.config
  }),
  ({ password, sentinels, tls, username }) => {
    if (username !== undefined && password === undefined) {
      return "REDIS_PASSWORD: is missing, and REDIS_USERNAME is given"
    }
    return sentinels?.isTls === true && tls === undefined
      ? "REDIS_SENTINEL_TLS: is true, and REDIS_TLS is not"
      : undefined
  }
).pipe(
  Config.map(({ address: { host, port }, password, sentinels, tls, username }) => ({
    host,
    port,
    username,
    password,
    tls,
    sentinels
  }))
)
