import { assert, describe, it } from "@effect/vitest"
import { checkShown, checkUsersFile } from "../../scripts/check-rights.ts"
import { checkCommands, checkOperations, MODULES } from "../../scripts/rights/Adapters.ts"
import { checkCalls, checkKeys, isForbidden } from "../../scripts/rights/Scripts.ts"
import { type Source, sources } from "../../scripts/Source.ts"
import type { Violation } from "../../scripts/Violation.ts"

const messages = (found: ReadonlyArray<Violation>) => found.map(({ message }) => message)
const adapters = sources("packages/infra/src/redis/**/*.ts")
const modules = sources(...MODULES)

/** The sources, one of them with something more. */
const withMore = (all: ReadonlyArray<Source>, path: string, more: string): ReadonlyArray<Source> =>
  all.map((source) => source.path === path ? { path, text: `${source.text}\n${more}\n` } : source)

/** Every module is read three times. */
const TIMEOUT = 120_000

describe("check-rights", () => {
  it("finds a command that no user would have the right to, and one that nobody gives any more", () => {
    const path = "packages/infra/src/redis/RedisBacklogs.ts"
    assert.deepStrictEqual(messages(checkCommands(adapters)), [])
    const added = checkCommands(withMore(adapters, path, "client.hdel(Keys.backlog)\nredis.config(\"SET\", \"x\")"))
    assert.deepStrictEqual(added.map(({ line }) => line > 1), [true, true])
    assert.match(messages(added).join("\n"), /^HDEL is in no need of Backlogs[^\n]*\nCONFIG\|SET is in no need/)
    const gone = adapters.filter((source) => source.path !== path)
    assert.deepStrictEqual(messages(checkCommands(gone)), [
      "HSET is listed for Backlogs, and no adapter of it gives it",
      "HGETALL is listed for Backlogs, and no adapter of it gives it"
    ])
  })

  it(
    "finds an operation that its service's user may not perform, and one that it need not",
    { timeout: TIMEOUT },
    () => {
      const path = "packages/gateway/src/reads/KnownOrders.ts"
      const reads = "packages/gateway/src/reads/ItemReads.ts"
      assert.deepStrictEqual(messages(checkOperations(modules)), [])
      const [added] = messages(checkOperations(withMore(modules, reads, "store.fold(request)")))
      assert.match(added ?? "", /^performs ItemStore\.fold, which is not in the list of the user gateway/)
      const gone = messages(checkOperations(modules.filter((source) => source.path !== path)))
      assert.deepStrictEqual(gone, ["RecoveryMarks.session is in the list of the user gateway, and performed nowhere"])
    }
  )

  it("reads every key and every command of a script, or says that it cannot", () => {
    const script = (header: string, code: string) => ({
      path: "lua/x.lua",
      text: `-- Does it.\n--\n${header}\n${code}\n`
    })
    const returns = "--\n-- ARGV     none\n--\n-- Returns  nothing"
    const sound = script(
      `-- KEYS[1]  inventory:<item>\n${returns}`,
      "redis.call('GET', KEYS[1])\nwrite('SET', KEYS[1])"
    )
    assert.deepStrictEqual([...checkKeys(sound), ...checkCalls(sound)], [])
    assert.deepStrictEqual(messages(checkKeys(script(`-- KEYS[1]  stock:<item>\n${returns}`, ""))), [
      "stock:<item> is no family of keys in KeyFamilies.ts"
    ])
    assert.deepStrictEqual(messages(checkKeys(script(`-- KEYS[1]  the item\n${returns}`, ""))), [
      "the header shows no family of keys"
    ])
    assert.deepStrictEqual(messages(checkCalls(script(returns, "redis.call(what, KEYS[1])\nredis.call('FLUSHALL')"))), [
      "give redis.call its command as a text, or hand on what is called `command` or `...`",
      "FLUSHALL is given to no user"
    ])
  })

  it("wants the runbook to show each line, and no document another one", () => {
    const line = "ACL SETUSER gateway reset on"
    const runbook = (text: string) => [{ path: "docs/operations.md", text }]
    assert.deepStrictEqual(checkShown(runbook(`a\n${line}\nb`), [line]), [])
    assert.deepStrictEqual(checkShown(runbook("ACL SETUSER gateway on"), [line]).map(({ line }) => line), [1, 1])
    const deployed = { path: "deploy/redis/users.sh", text: "  ACL SETUSER engine on allkeys" }
    assert.deepStrictEqual(checkShown([...runbook(line), deployed], [line]).map(({ path }) => path), [deployed.path])
  })

  it("knows what is given to nobody", () => {
    for (const word of ["~*", "+flushall", "+config|get", "+acl|setuser", "+@all"]) {
      assert.isTrue(isForbidden(word), word)
    }
    for (const word of ["~fold:*", "+get", "+script|load"]) assert.isFalse(isForbidden(word), word)
  })

  it("finds a user of the ACL file whose rights are not those that are derived", () => {
    const file = { path: "deploy/redis/users.acl", text: "user admin on\nuser gateway reset on >password +get\n" }
    assert.deepStrictEqual(
      checkUsersFile(file, ["ACL SETUSER gateway reset on >password +get", "kafka-acls.sh --add"]),
      []
    )
    assert.deepStrictEqual(messages(checkUsersFile(file, ["ACL SETUSER gateway reset on >password +get +set"])), [
      "does not say: user gateway reset on >password +get +set"
    ])
  })
})
