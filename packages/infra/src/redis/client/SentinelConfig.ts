/** The environment variables of Redis Sentinel: who says which server is the primary. */
import { Config, type Redacted } from "effect"
import * as Kind from "../../settings/Kind.ts"
import * as Tls from "../../settings/Tls.ts"
import * as Variable from "../../settings/Variable.ts"

/** The Sentinels, and what they call the primary. */
export interface Sentinels {
  readonly name: string
  readonly nodes: ReadonlyArray<Kind.Address>
  readonly username?: string | undefined
  readonly password?: Redacted.Redacted<string> | undefined
  /** Whether they speak TLS: with the files of REDIS_TLS. */
  readonly isTls: boolean
}

interface Given {
  readonly nodes: ReadonlyArray<string> | undefined
  readonly name: string | undefined
  readonly username: string | undefined
  readonly password: Redacted.Redacted<string> | undefined
  readonly isTls: boolean
}

const rule = ({ isTls, name, nodes, password, username }: Given): string | undefined => {
  if (nodes === undefined) {
    return name === undefined && username === undefined && password === undefined && !isTls
      ? undefined
      : "REDIS_SENTINELS: is missing, and other variables of Sentinel are given"
  }
  if (name === undefined) return "REDIS_MASTER_NAME: is missing, and REDIS_SENTINELS is given"
  return username !== undefined && password === undefined
    ? "REDIS_SENTINEL_PASSWORD: is missing, and REDIS_SENTINEL_USERNAME is given"
    : undefined
}

/** Undefined where there are none, and REDIS_ADDR is the primary. */
export const config: Config.Config<Sentinels | undefined> = Config.map(
  Variable.check(
    Variable.group({
      nodes: Variable.make<ReadonlyArray<string> | undefined>("REDIS_SENTINELS", Kind.addresses, undefined),
      name: Variable.userName("REDIS_MASTER_NAME"),
      username: Variable.userName("REDIS_SENTINEL_USERNAME"),
      password: Variable.secret("REDIS_SENTINEL_PASSWORD"),
      isTls: Tls.isOn("REDIS_SENTINEL_TLS")
    }),
    rule
  ),
  ({ isTls, name, nodes, password, username }) =>
    nodes === undefined || name === undefined
      ? undefined
      : { name, nodes: nodes.flatMap((node) => Kind.address.read(node) ?? []), username, password, isTls }
)
