/** The least rights at Redis: what they do not permit, and what is said and done where one of them is missing. */
import { assert, describe, it, layer } from "@effect/vitest"
import { Backlogs } from "@flash-sale/domain/ports/Backlogs"
import { ItemStore } from "@flash-sale/domain/ports/ItemStore"
import { OrderStatuses } from "@flash-sale/domain/ports/OrderStatuses"
import { StoredItems } from "@flash-sale/domain/ports/StoredItems"
import { CorrelationId, RequestId, UserId } from "@flash-sale/domain/records/Ids"
import { PartitionId } from "@flash-sale/domain/records/Partition"
import * as Keys from "@flash-sale/infra/redis/Keys"
import * as RedisInfra from "@flash-sale/infra/redis/RedisInfra"
import * as UserRights from "@flash-sale/infra/redis/rights/UserRights"
import { type User, USERS } from "@flash-sale/infra/redis/rights/Users"
import { Context, Effect, Layer, Logger, Redacted, Schedule } from "effect"
import { Redis } from "ioredis"
import { textOf } from "../../../scripts/rights/Scripts.ts"
import { sources } from "../../../scripts/Source.ts"
import { freshItem, place, request, stock } from "../../contract/Commands.ts"
import { needed, redisServerProgram } from "../../servers/servers.ts"
import { isUnavailable } from "../../servers/Unavailable.ts"
import * as OwnRedis from "./OwnRedis.ts"

needed(redisServerProgram())
const missing = isUnavailable(redisServerProgram())

const PASSWORD = "p"
const TEST_TIMEOUT = 60_000
const users = Object.keys(USERS) as ReadonlyArray<User>
const scripts = textOf(sources("lua/*.lua"), sources("lua/lib/*.lua"))
const TIMEOUT = Schedule.spaced("20 millis").pipe(Schedule.upTo({ times: 500 }))

/** What the runbook recommended once. */
const OLD = ("~inventory:* ~{inventory:* ~order_status:* ~ratelimit:* ~fold:* ~repairs " +
  "-@all +@read +@write +@scripting +@connection +info +config|get").split(" ")

const server = Layer.effectDiscard(Effect.flatMap(OwnRedis.OwnRedis, ({ start }) => start)).pipe(
  Layer.provideMerge(OwnRedis.layerStopped)
)

/** Makes a user with these rights alone. */
const permit = Effect.fnUntraced(function*(name: string, rules: ReadonlyArray<string>) {
  const { cli } = yield* OwnRedis.OwnRedis
  yield* cli("ACL", "SETUSER", name, "reset", "on", `>${PASSWORD}`, "resetchannels", ...rules)
})

const wordsOf = (user: User): ReadonlyArray<string> => UserRights.of(user, scripts).map(({ word }) => word)

const settingsOf = (username: string) =>
  Effect.map(OwnRedis.OwnRedis, ({ address }) => ({ ...address, username, password: Redacted.make(PASSWORD) }))

/** A client of this user's, as `redis-cli` would be one. */
const clientOf = Effect.fnUntraced(function*(username: string) {
  const { address: { host, port } } = yield* OwnRedis.OwnRedis
  return yield* Effect.acquireRelease(
    Effect.sync(() => new Redis({ host, port, username, password: PASSWORD, disableClientInfo: true, protocol: 2 })),
    (client) => Effect.sync(() => client.disconnect())
  )
})

/** The adapters as this user, whose rights are looked at where it is one of the engine's. */
const adaptersOf = Effect.fnUntraced(function*(username: string, user?: User) {
  const settings = yield* settingsOf(username)
  const context = yield* Layer.build(Layer.merge(RedisInfra.layerItems(settings), RedisInfra.layer(settings, user)))
  return context
})

/** Log lines of what runs. */
const logged = <A, E, R>(program: (lines: () => ReadonlyArray<string>) => Effect.Effect<A, E, R>) =>
  Effect.suspend(() => {
    const lines: Array<string> = []
    const logger = Logger.make(({ logLevel, message }) => {
      lines.push(`${logLevel} ${String(message)}`)
    })
    return Effect.provide(program(() => lines), Logger.layer([logger]))
  })

const until = (isIt: () => boolean) => Effect.repeat(Effect.sync(isIt), { schedule: TIMEOUT, until: (is) => is })
const about = (lines: () => ReadonlyArray<string>) => lines().filter((line) => /Redis (?:denie|lets)/.test(line))

const asking = (id: string) => ({
  requestId: RequestId.make(id),
  userId: UserId.make("u"),
  itemId: freshItem().itemId,
  amount: 1,
  fingerprint: `f-${id}`,
  correlationId: CorrelationId.make("c")
})
const POLICY = { owner: "o", leaseMillis: 60_000, maxRequests: 100, windowMillis: 60_000 }

describe.skipIf(missing)("Each user's rights", () => {
  layer(server, { excludeTestServices: true, timeout: TEST_TIMEOUT })((it) => {
    it.effect.each(users)(
      "do not permit %s to empty Redis or to touch what is another's",
      (user) =>
        Effect.gen(function*() {
          yield* permit(user, wordsOf(user))
          const client = yield* clientOf(user)
          const commands = [
            ["FLUSHALL"],
            ["FLUSHDB"],
            ["SWAPDB", "0", "1"],
            ["KEYS", "*"],
            ["CONFIG", "GET", "requirepass"],
            ["CONFIG", "SET", "maxmemory", "1"],
            ["SHUTDOWN", "NOSAVE"],
            ["REPLICAOF", "localhost", "1"],
            ["ACL", "LIST"],
            ["MONITOR"],
            ["SCRIPT", "FLUSH"],
            ["PUBLISH", "channel", "x"],
            ["SUBSCRIBE", "channel"],
            ["GET", "foreign"],
            ["SET", "foreign", "x"],
            ["EVAL", "return redis.call('SET', 'foreign', 'x')", "0"]
          ]
          for (const [command = "", ...args] of commands) {
            const reply = yield* Effect.promise(() => client.call(command, ...args).catch(String))
            assert.match(String(reply), /NOPERM|user executing the script can't/, command)
          }
        }).pipe(Effect.scoped)
    )

    it.effect.each(users)(
      "suffice %s to find out whether Redis takes writes, and nothing is denied",
      (user) =>
        Effect.gen(function*() {
          const { cli } = yield* OwnRedis.OwnRedis
          yield* permit(user, wordsOf(user))
          yield* cli("ACL", "LOG", "RESET")
          const { isUp, trouble } = Context.get(yield* adaptersOf(user, user), ItemStore)
          assert.isTrue(yield* Effect.repeat(isUp, { schedule: TIMEOUT, until: (up) => up }))
          assert.isUndefined(yield* trouble)
          assert.deepStrictEqual(yield* cli("ACL", "LOG"), [])
        }).pipe(Effect.scoped)
    )

    it.effect.each(users)("of %s are each found out by name where they are missing", (user) =>
      Effect.gen(function*() {
        const rights = UserRights.of(user, scripts)
        const probes = rights.map(({ probe }) => JSON.stringify(probe))
        const name = `${user}-less`
        yield* permit(name, wordsOf(user))
        const limited = yield* clientOf(name)
        for (const { word } of rights) {
          if (word.startsWith("+eval")) continue
          yield* permit(name, wordsOf(user).filter((other) => other !== word))
          const reply = yield* Effect.promise(() => limited.eval(scripts("check_rights"), 0, ...probes))
          const denied = Array.isArray(reply) ? reply.map((place) => rights[Number(place) - 1]) : []
          const words = new Set(denied.map((right) => right?.word))
          const named = denied.filter((right) => right?.under === undefined || !words.has(right.under))
          // The index of a partition's items is covered by the pattern of the marks.
          assert.deepStrictEqual(named.map((right) => right?.word), word === "~fold:*:items" ? [] : [word])
        }
      }).pipe(Effect.scoped), TEST_TIMEOUT)
  })
})

describe.skipIf(missing)("A right that is missing", () => {
  layer(server, { excludeTestServices: true, timeout: TEST_TIMEOUT })((it) => {
    it.effect(
      "is told in one line, however often it is denied, and once more when it is there",
      () =>
        logged((lines) =>
          Effect.gen(function*() {
            yield* permit("old", OLD)
            const context = yield* adaptersOf("old", "gateway")
            const backlogs = Context.get(context, Backlogs)
            const { isUp } = Context.get(context, ItemStore)
            yield* until(() => about(lines).length > 0)
            for (let n = 0; n < 50; n++) {
              assert.strictEqual((yield* Effect.flip(backlogs.read))._tag, "StoreUnavailable")
            }
            yield* Effect.sleep("1500 millis")
            assert.deepStrictEqual(about(lines), [
              "Warn Redis denies the user \"old\" what the gateway needs: ~idempotency:* ~instances " +
              "~instances:reports %R~backlog %R~log +time. Without it the admin API refuses changes that have an " +
              "Idempotency-Key; the overview of the engine does not show this instance as it is; there is no " +
              "overview of the engine; no order is refused for its wait: MAX_QUEUE_WAIT is off, and no hold is " +
              "taken; a log with another number of partitions is known by its topic alone"
            ])
            // No order needs it.
            assert.isTrue(yield* isUp)
            const { cli } = yield* OwnRedis.OwnRedis
            yield* Effect.flip(backlogs.read)
            const rights = ["~idempotency:*", "~instances", "~instances:reports", "%R~backlog", "%R~log", "+time"]
            yield* cli("ACL", "SETUSER", "old", ...rights)
            yield* until(() => about(lines).length > 1)
            assert.strictEqual(about(lines)[1], "Info Redis lets the user \"old\" do all that the gateway needs")
          })
        ).pipe(Effect.scoped),
      TEST_TIMEOUT
    )

    it.effect(
      "that of the probe is named, and Redis counts as up where it answers",
      () =>
        logged((lines) =>
          Effect.gen(function*() {
            yield* permit("unprobed", wordsOf("gateway").filter((word) => word !== "+setrange"))
            const { isUp, trouble } = Context.get(yield* adaptersOf("unprobed", "gateway"), ItemStore)
            yield* until(() => about(lines).length > 0)
            assert.deepStrictEqual(about(lines), [
              "Warn Redis denies the user \"unprobed\" what the gateway needs: +setrange. " +
              "Without it a Redis that is full or has become a replica counts as up"
            ])
            assert.isTrue(yield* isUp)
            assert.isUndefined(yield* trouble)
          })
        ).pipe(Effect.scoped),
      TEST_TIMEOUT
    )

    it.effect(
      "to ask what the server is does not keep a connection from being admitted",
      () =>
        Effect.gen(function*() {
          yield* permit("uninformed", wordsOf("gateway").filter((word) => word !== "+info"))
          const { isUp } = Context.get(yield* adaptersOf("uninformed"), ItemStore)
          assert.isTrue(yield* Effect.repeat(isUp, { schedule: TIMEOUT, until: (up) => up }))
        }).pipe(Effect.scoped),
      TEST_TIMEOUT
    )

    it.effect(
      "which orders need makes Redis count as away, for as long as it is missing",
      () =>
        logged((lines) =>
          Effect.gen(function*() {
            const { cli } = yield* OwnRedis.OwnRedis
            yield* permit("poor", wordsOf("gateway").filter((word) => word !== "~ratelimit:*" && word !== "+pttl"))
            const context = yield* adaptersOf("poor", "gateway")
            const { isUp } = Context.get(context, ItemStore)
            yield* until(() => about(lines).length > 0)
            assert.isFalse(yield* isUp)
            assert.include(about(lines)[0], "needs: ~ratelimit:* +pttl. Without it orders are not served")
            yield* cli("ACL", "SETUSER", "poor", "~ratelimit:*", "+pttl")
            // Whatever is denied leads to the next look.
            yield* Effect.flip(
              Context.get(context, Backlogs).publish(PartitionId.make(0), { folded: 0, perSecond: 0, rules: 1 })
            )
            yield* Effect.repeat(isUp, { schedule: TIMEOUT, until: (up) => up })
          })
        ).pipe(Effect.scoped),
      TEST_TIMEOUT
    )

    it.effect(
      "is no damage of an item, whether its script or the reading of it is denied",
      () =>
        Effect.gen(function*() {
          const item = freshItem()
          const { itemId, partition } = item
          yield* permit("whole", wordsOf("operator"))
          const whole = yield* adaptersOf("whole")
          const fold = (context: typeof whole, offset: number) =>
            Context.get(context, ItemStore).fold(request(item, [place(offset, itemId, `r-${offset}`)]))
          yield* Effect.retry(Context.get(whole, ItemStore).fold(request(item, [stock(0, 10)])), TIMEOUT)
          yield* fold(whole, 1)
          yield* permit("without", wordsOf("operator").filter((word) => !["+hset", "+hgetall", "+hget"].includes(word)))
          const without = yield* adaptersOf("without")
          const stored = Context.get(without, StoredItems)
          yield* Effect.retry(stored.isEmpty, TIMEOUT)
          assert.strictEqual((yield* Effect.flip(fold(without, 2)))._tag, "StoreUnavailable")
          assert.strictEqual((yield* Effect.flip(stored.read(partition, itemId)))._tag, "StoreUnavailable")
          assert.strictEqual((yield* Effect.flip(stored.positions(partition, [itemId])))._tag, "StoreUnavailable")
        }).pipe(Effect.scoped),
      TEST_TIMEOUT
    )

    it.effect("is no damage of a status either: what is known of an order stays", () =>
      Effect.gen(function*() {
        const { cli } = yield* OwnRedis.OwnRedis
        yield* permit("knows", wordsOf("gateway"))
        const knows = Context.get(yield* adaptersOf("knows"), OrderStatuses)
        yield* Effect.retry(knows.admit([asking("known")], POLICY), TIMEOUT)
        const key = Keys.orderStatus(RequestId.make("known"))
        const before = yield* cli("GET", key)
        yield* permit("blind", wordsOf("gateway").filter((word) => word !== "+get"))
        const blind = Context.get(yield* adaptersOf("blind"), OrderStatuses)
        yield* Effect.retry(blind.readAll([RequestId.make("x")]), TIMEOUT)
        const answer = yield* Effect.flip(blind.admit([{ ...asking("known"), fingerprint: "another" }], POLICY))
        assert.strictEqual(answer._tag, "StoreUnavailable")
        assert.strictEqual(yield* cli("GET", key), before)
      }).pipe(Effect.scoped), TEST_TIMEOUT)
  })
})

it("rights are words that ACL SETUSER takes, each once", () => {
  for (const user of users) {
    const words = wordsOf(user)
    assert.strictEqual(new Set(words).size, words.length)
    for (const word of words) assert.match(word, /^(?:~|%R~|%W~)[^*]|^\+[a-z|]+$/)
  }
})
