/** What is looked at, and what is found. Ids are stable: documents and programs know them. Decision 0045. */
import type * as Looked from "@flash-sale/infra/facts/Looked"

/** Every check, by the id that names it, and what it looks at. docs/operations.md has the same table. */
export const CHECKS = {
  "log.processors": "somebody processes orders",
  "settings.variables": "the variables that the services read make sense",
  "settings.secrets": "files of secrets can be read, and by nobody else",
  "access.mode": "who may order: `AUTH`",
  "keys.file": "the file of the api keys can be read, and by nobody else, and makes sense",
  "keys.expiry": "no api key has expired, or will within 14 days",
  "payments.mode": "a provider takes the money",
  "payments.token_keys": "payment tokens are encrypted in the log",
  "redis.address": "Redis answers at its address",
  "redis.login": "Redis lets the user in",
  "redis.version": "its version, that it is a primary and not in cluster mode",
  "redis.writes": "it takes a write that changes nothing",
  "redis.eviction": "it never throws orders away: `maxmemory-policy`",
  "redis.memory": "how much of `maxmemory` is used",
  "redis.persistence": "what a restart of Redis leaves: `appendonly`, `appendfsync`",
  "redis.disk": "it could write its own files the last time",
  "redis.replicas": "replicas that follow it keep up",
  "redis.rights": "the user may do what the engine needs",
  "redis.connections": "how many of its connections are taken",
  "kafka.address": "Kafka answers at its addresses",
  "kafka.login": "the brokers let the user in",
  "kafka.brokers": "each broker is reached at the address by which the cluster names it",
  "kafka.version": "the brokers understand what orders need",
  "kafka.partitions": "the log has the partitions that its orders were written with",
  "kafka.retention": "no record goes by age, size or compaction",
  "kafka.elections": "no replica that lacks records may become the leader",
  "kafka.insync": "how many replicas have a record before it is acknowledged",
  "kafka.replicas": "every partition has a leader and its replicas",
  "kafka.batch": "the topic takes the largest batch that the engine sends",
  "kafka.letters": "the topic of the dead letters is there and keeps them",
  "kafka.events": "the topic of order events has the partitions of the log, and keeps them for a month",
  "folder.engine": "an engine has worked in the folder",
  "folder.permissions": "nobody else may read or write the folder and its files",
  "folder.disk": "how much the disk still takes",
  "folder.file": "the file holds all that was acknowledged",
  "folder.damage": "SQLite finds no damage: `PRAGMA quick_check`",
  "folder.tables": "this build knows the file's tables",
  "folder.lock": "who works in the folder",
  "folder.wal": "the write-ahead log is emptied now and then",
  "folder.backup": "names the command that makes a backup; when one was made is not looked at",
  "log.recovery": "log and store fit each other: no partition halts, or will at its next start",
  "log.lag": "how much of the log is not processed",
  "archive.address": "the archive answers, where there is one",
  "archive.tables": "this build knows the archive's tables",
  "archive.lag": "how much of the processed log the archive has still to read",
  "archive.gaps": "nothing may be missing in the archive",
  "webhooks.endpoints": "somebody delivers to each endpoint of webhooks, and it takes what it is told",
  "webhooks.deliveries": "no delivery of a webhook was given up",
  "letters.open": "dead letters that wait for a person",
  "holds.limit": "items with holds have a limit per user",
  "holds.overdue": "no hold is open past its time",
  "refunds.waiting": "refunds that the payment provider has not done yet",
  "refunds.due": "money that a shop has taken and owes to buyers",
  "clock.redis": "this machine's clock against the one of Redis",
  "clock.records": "no record is stamped later than now",
  "clock.server": "a time server keeps this machine's clock",
  "gateway.port": "what answers at `HTTP_PORT` of this machine, how it is, and its release",
  "processor.port": "what answers at `METRICS_PORT` of this machine, how it is, and its release",
  "machine.files": "open files that a process may have, against a gateway's 10,000 connections"
} as const

export type CheckId = keyof typeof CHECKS

export const VERDICTS = ["wrong", "warning", "not_looked_at", "ok"] as const
/** From the worst to the best. */
export type Verdict = typeof VERDICTS[number]

export interface Finding {
  readonly id: CheckId
  readonly verdict: Verdict
  /** What is, in a line; why nobody looked, where nobody did. */
  readonly detail: string
  /** How to mend it: of what is wrong, and of warnings. */
  readonly mend?: string
}

export const ok = (id: CheckId, detail: string): Finding => ({ id, verdict: "ok", detail })
export const warning = (id: CheckId, detail: string, mend: string): Finding => ({
  id,
  verdict: "warning",
  detail,
  mend
})
export const wrong = (id: CheckId, detail: string, mend: string): Finding => ({ id, verdict: "wrong", detail, mend })
export const notLookedAt = (id: CheckId, why: string): Finding => ({ id, verdict: "not_looked_at", detail: why })

/** The worst first; those that are as bad in the order that they had. */
export const worstFirst = (findings: ReadonlyArray<Finding>): ReadonlyArray<Finding> =>
  findings.toSorted((a, b) => VERDICTS.indexOf(a.verdict) - VERDICTS.indexOf(b.verdict))

/** The judgement of what was found, or that nobody looked. */
export const judged = <A>(id: CheckId, looked: Looked.Looked<A>, judge: (found: A) => Finding): Finding =>
  "found" in looked ? judge(looked.found) : notLookedAt(id, looked.why)

/** Something that was counted, in words: `1 partition`, `3 partitions`. */
export const count = (number: number, one: string, many = `${one}s`): string => `${number} ${number === 1 ? one : many}`
