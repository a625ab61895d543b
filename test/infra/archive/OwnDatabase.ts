/** A database of a test's own in the PostgreSQL of the run, gone when the scope closes. */
import * as PgClient from "@effect/sql-pg/PgClient"
import { Effect, Redacted, type Scope } from "effect"
import * as Reactivity from "effect/reactivity/Reactivity"
import { randomUUID } from "node:crypto"

export const urlOf = (address: string, database = "postgres"): Redacted.Redacted =>
  Redacted.make(`postgres://postgres@${address}/${database}`)

/** Runs one statement as the administrator. */
export const administer = (address: string, sql: string, database?: string) =>
  Effect.gen(function*() {
    const client = yield* PgClient.make({ url: urlOf(address, database), maxConnections: 1 })
    return yield* client.unsafe<Record<string, unknown>>(sql)
  }).pipe(Effect.scoped, Effect.provide(Reactivity.layer), Effect.orDie)

/** Its address. */
export const make = (address: string): Effect.Effect<Redacted.Redacted, never, Scope.Scope> => {
  const name = `archive_${randomUUID().replaceAll("-", "")}`
  return Effect.acquireRelease(
    Effect.as(administer(address, `CREATE DATABASE ${name}`), urlOf(address, name)),
    () => administer(address, `DROP DATABASE ${name} WITH (FORCE)`)
  )
}
