/** What a Redis and its user say, before anybody judges it. Plain values. */
import type { LogIdentity } from "@flash-sale/domain/ports/FoldedLog"
import type { Looked } from "./Looked.ts"

/** What INFO says; undefined where it does not say it. */
export interface RedisServer {
  readonly version: string | undefined
  /** Why the engine cannot work on it, or cannot yet: in cluster mode, too old, a replica. */
  readonly unusable: string | undefined
  readonly evictionPolicy: string | undefined
  /** Keys that were thrown away for want of memory since Redis started. */
  readonly evicted: number
  /** In bytes; 0 where there is no bound. */
  readonly usedMemory: number
  readonly maxMemory: number
  readonly isAppendOnly: boolean
  /** What of its own files Redis could not write the last time, in its words: `aof_last_write_status:err`. */
  readonly failedWrites: ReadonlyArray<string>
  /** The state of each replica that follows it, such as `online`. */
  readonly replicas: ReadonlyArray<string>
  readonly clients: number
  /** Undefined before Redis 7.0. */
  readonly maxClients: number | undefined
}

/** A right that the user lacks, and what is lost without it; undefined where orders are not served. */
export interface MissingRight {
  readonly word: string
  readonly lost: ReadonlyArray<string> | undefined
}

export interface RedisFacts {
  /** As a person reads it: `host:port`, or the name at the Sentinels. */
  readonly address: string
  readonly user: string
  /** `refusal`: it answers, and does not let this user in. */
  readonly server: Looked<RedisServer> & { readonly refusal?: string }
  /** Settings that INFO does not name: `appendfsync`, `save`. */
  readonly settings: Looked<Readonly<Record<string, string>>>
  /** Why it takes no writes; undefined where it does. */
  readonly noWrites: Looked<string | undefined>
  readonly missing: Looked<ReadonlyArray<MissingRight>>
  /** Which log it is a fold of; undefined where nothing is written there. */
  readonly log: Looked<LogIdentity | undefined>
  /** Its clock less the one of this machine, and how far off that may be, both in milliseconds. */
  readonly clock: Looked<{ readonly apart: number; readonly within: number }>
}
