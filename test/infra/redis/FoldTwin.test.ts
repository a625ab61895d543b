/**
 * `lua/fold.lua` and the domain's `Fold.fold` are the same function: random histories, cut into batches at random, with
 * repeated offsets, wrong positions and published answers, must get the same reply and leave the same state.
 *
 * FULL=1 runs many more; SEED=... another choice of them.
 */
import { expect, layer } from "@effect/vitest"
import { ItemStore } from "@flash-sale/domain/ports/ItemStore"
import type { LoggedCommand } from "@flash-sale/domain/records/Command"
import { ItemId } from "@flash-sale/domain/records/Ids"
import { PartitionId } from "@flash-sale/domain/records/Partition"
import * as Fold from "@flash-sale/domain/rules/Fold"
import {
  COMMANDS_REMEMBERED,
  isRemembered,
  REJECTED_REMEMBERED,
  REJECTION_REASONS
} from "@flash-sale/domain/rules/Item"
import * as Refused from "@flash-sale/domain/rules/Refused"
import * as Keys from "@flash-sale/infra/redis/Keys"
import { Config, Effect, Exit, HashMap, Random } from "effect"
import { next, place, renamed, request, stock } from "../../contract/Commands.ts"
import * as Histories from "../../domain/Histories.ts"
import * as Seeds from "../../domain/HistorySeeds.ts"
import * as OwnRedis from "./OwnRedis.ts"

const HISTORIES = 320
const FULL_HISTORIES = 5_000
const HISTORY_SIZE = 80
const TIMEOUT_MILLIS = 600_000
const PARTITIONS = 10_000

/** One batch of the history, beginning somewhere around the position and not always where the caller thinks. */
const cut = Effect.fnUntraced(function*(history: ReadonlyArray<LoggedCommand>, state: Fold.Folded) {
  const folded = history.findIndex(({ offset }) => offset > state.position)
  const end = folded === -1 ? history.length : folded
  const from = Math.max(0, end - (yield* Random.nextIntBetween(0, 6)))
  const size = yield* Random.nextIntBetween(0, 12)
  const commands = history.slice(from, from + size)
  const repeated = commands.slice(0, yield* Random.nextIntBetween(0, 3))
  const publishable = history.slice(Math.max(0, end - 8), end + 2).map(({ offset }) => offset)
  const kind = yield* Random.nextIntBetween(0, 8)
  const batch: Fold.Batch = {
    commands: kind === 0 ? [...commands, ...repeated] : commands,
    published: yield* Effect.filter(publishable, () => Effect.map(Random.nextIntBetween(0, 3), (n) => n === 0)),
    expected: kind < 4 ? undefined : kind < 7 ? state.position : state.position + (yield* Random.nextIntBetween(-3, 4))
  }
  return { batch, done: from + size >= history.length && kind !== 7 }
})

const SETTINGS = [
  "opens_at",
  "closes_at",
  "per_user_limit",
  "paused",
  "price",
  "currency",
  "hold_seconds",
  "max_hold_seconds"
]

const texts = (value: unknown): ReadonlyArray<string> => Array.isArray(value) ? value.map(String) : []

/** The whole state of an item as Redis holds it, in the order and words of the keys. */
const stored = Effect.fnUntraced(function*(itemId: ItemId, partition: PartitionId) {
  const { cli } = yield* OwnRedis.OwnRedis
  const hash = Effect.fnUntraced(function*(key: string) {
    const fields = texts(yield* cli("HGETALL", key))
    return new Map(fields.flatMap((name, at) => at % 2 === 0 ? [[name, fields[at + 1] ?? ""] as const] : []))
  })
  const ring = Effect.fnUntraced(function*(key: string) {
    const members = texts(yield* cli("ZRANGE", key, 0, -1, "WITHSCORES"))
    return new Map(members.flatMap((name, at) => at % 2 === 0 ? [[name, Number(members[at + 1])] as const] : []))
  })
  const meta = yield* hash(Keys.meta(itemId))
  const count = (field: string) => Number(meta.get(field) ?? 0)
  const setting = (field: string) => meta.get(field) ?? ""
  return {
    key: yield* cli("GET", Keys.inventory(itemId)),
    counts: ["available", "held", "sold", "put", "seq", "rules", "turned", "commands"].map(count),
    refused: setting("refused"),
    settings: SETTINGS.map(setting),
    position: Number(meta.get(`pos:${partition}`) ?? -1),
    orders: yield* hash(Keys.orders(itemId)),
    untold: yield* hash(Keys.untold(itemId)),
    buyers: yield* hash(Keys.buyers(itemId)),
    open: yield* hash(Keys.open(itemId)),
    due: yield* hash(Keys.due(itemId)),
    turned: yield* ring(Keys.turned(itemId)),
    commands: yield* ring(Keys.commands(itemId))
  }
})

/** `Seeds.uuid` as Redis keeps it. */
const UUID_TEXT = "~CvdlGRbNQ92ESOshHIAxnA"

const referenceText = (reference: string | undefined): string =>
  reference === undefined ? "-" : reference === "-" ? "%2D" : encodeURIComponent(reference)

const REASONS = ["", ...REJECTION_REASONS]

/** What Redis should hold of the domain's state. */
const expected = ({ item, position, unpublished }: Fold.Folded): Effect.Success<ReturnType<typeof stored>> => {
  const { settings } = item
  const text = (value: number | string | undefined) => value === undefined ? "" : String(value)
  const orDash = (value: number | string | undefined) => value === undefined ? "-" : String(value)
  const entries = <K, V, A>(map: HashMap.HashMap<K, V>, f: (value: V) => A) =>
    new Map(Array.from(map, ([name, value]) => [String(name), f(value)] as const))
  return {
    key: String(item.available),
    counts: [
      item.available,
      item.held,
      item.sold,
      item.stocked,
      item.seq,
      item.rules,
      item.rejectedCount,
      item.commandCount
    ],
    refused: Refused.write(item.refused),
    settings: [
      text(settings.opensAt),
      text(settings.closesAt),
      text(settings.perUserLimit),
      settings.paused ? "1" : "0",
      text(settings.price),
      text(settings.currency),
      text(settings.holdSeconds),
      text(settings.maxHoldSeconds)
    ],
    position,
    orders: entries(item.orders, (order) =>
      [
        order.state,
        order.userId,
        order.amount,
        order.attempt,
        order.placedAtOffset,
        order.countsAgainstLimit ? "capped" : "-",
        orDash(order.price),
        orDash(order.currency),
        orDash(order.reason),
        ...(order.hold === undefined ? [] : [orDash(order.hold.confirmedAtOffset), referenceText(order.hold.reference)])
      ].join(" ")),
    open: entries(
      item.open,
      ({ correlationId, dueAt, metadata, traceparent }) =>
        `${orDash(dueAt)}${correlationId === Seeds.uuid ? UUID_TEXT : ` ${correlationId}`}` +
        [traceparent, metadata].map((word) => word === undefined ? "" : ` ${word}`).join("")
    ),
    due: entries(
      item.refundsDue,
      (due) =>
        due.map(({ offset, reference, userId }) => `${offset} ${referenceText(reference)} ${userId ?? "*"}`).join(" ")
    ),
    untold: entries(
      unpublished,
      (left) => `${left.state} ${orDash(left.reason)} ${left.attempt} ${left.requestId ?? ""}`
    ),
    buyers: entries(item.buyers, String),
    turned: entries(
      HashMap.filter(item.rejected, ({ n }) => isRemembered(n, item.rejectedCount, REJECTED_REMEMBERED)),
      ({ n, reason }) => n * 8 + REASONS.indexOf(reason)
    ),
    commands: entries(
      HashMap.filter(item.commands, (n) => isRemembered(n, item.commandCount, COMMANDS_REMEMBERED)),
      (n) => n
    )
  }
}

/** Not every script writes a flag that was never set. */
const normal = <A extends { readonly settings: ReadonlyArray<string> }>(state: A): A => ({
  ...state,
  settings: state.settings.map((value, at) => at === 3 && value === "" ? "0" : value)
})

const run = Effect.fnUntraced(function*(original: ReadonlyArray<LoggedCommand>, n: number) {
  const store = yield* ItemStore
  const partition = PartitionId.make(n % PARTITIONS)
  // Some of them have a name that version 1 of the rules does not take.
  const itemId = ItemId.make(n % 7 === 0 ? `twin.${n}` : `twin-${n}`)
  const history = original.map(renamed(itemId))
  let state = Fold.nothing
  for (let done = false; !done;) {
    const { batch, done: last } = yield* cut(history, state)
    done = last
    const oracle = Fold.fold(state, batch)
    const reply = yield* Effect.exit(
      store.fold(request({ itemId, partition }, batch.commands, { ...batch, emitEvents: true }))
    )
    if (oracle._tag === "Folded") {
      if (Exit.isFailure(reply)) return yield* reply
      state = oracle.state
      expect(reply.value.outcomes).toEqual(oracle.outcomes)
      const { available, held, stocked, settings, sold } = state.item
      const refused = Refused.of(state.item)
      const counts = {
        available,
        held,
        refused,
        stocked,
        settings,
        sold,
        rules: state.item.rules,
        position: state.position
      }
      expect(reply.value.summary).toEqual({
        ...counts,
        isKnown: state.position >= 0,
        isComplete: false,
        pendingEdit: undefined
      })
    } else {
      expect(Exit.isFailure(reply) ? String(reply.cause) : "folded").toContain(
        oracle._tag === "Behind" ? "PositionBehind" : "ItemDamaged"
      )
      done = false
    }
    if (state.position >= 0) expect(normal(yield* stored(itemId, partition))).toEqual(expected(state))
  }
  expect(state.position).toBe(history.at(-1)?.offset)
})

layer(OwnRedis.layer, { excludeTestServices: true })("fold.lua and Fold.fold", (it) => {
  it.effect(
    "fold.lua and Fold.fold agree on random histories, in every reply and in all that is stored",
    () =>
      Effect.gen(function*() {
        const full = yield* Config.String("FULL").pipe(Config.withDefault(""))
        const seed = yield* Config.String("SEED").pipe(Config.withDefault("twin"))
        const count = full === "" ? HISTORIES : FULL_HISTORIES
        const histories = yield* Histories.histories(seed, HISTORY_SIZE, count)
        for (const [n, history] of histories.entries()) {
          yield* run(history, n).pipe(
            Random.withSeed(`${seed}-${n}`),
            Effect.catchCause((cause) => Effect.die(new Error(`history ${n} of seed ${seed}: ${String(cause)}`)))
          )
        }
      }),
    TIMEOUT_MILLIS
  )

  it.effect("fold.lua and Fold.fold forget the same rejected ids", () =>
    Effect.gen(function*() {
      const store = yield* ItemStore
      const partition = PartitionId.make(next())
      const itemId = ItemId.make("rings")
      const batch = 4_096
      let state = Fold.nothing
      const fold = Effect.fnUntraced(function*(commands: ReadonlyArray<LoggedCommand>) {
        const published = commands.map(({ offset }) => offset)
        const oracle = Fold.fold(state, { commands, published: [], expected: undefined })
        if (oracle._tag !== "Folded") return yield* Effect.die(new Error(oracle._tag))
        const reply = yield* store.fold(request({ itemId, partition }, commands))
        expect(reply.outcomes).toEqual(oracle.outcomes)
        const cleared = Fold.fold(oracle.state, { commands: [], published, expected: undefined })
        yield* store.fold(request({ itemId, partition }, [], { published }))
        if (cleared._tag === "Folded") state = cleared.state
      })
      for (let from = 0; from < REJECTED_REMEMBERED + 10; from += batch) {
        yield* fold(Array.from({ length: batch }, (_, n) => place(from + n, itemId, `r-${from + n}`)))
      }
      const again = ["r-0", `r-${batch}`, `r-${batch - 1}`, `r-${REJECTED_REMEMBERED}`]
      yield* fold([stock(200_000, 9), ...again.map((id, n) => place(200_001 + n, itemId, id))])
      expect(normal(yield* stored(itemId, partition))).toEqual(expected(state))
    }), TIMEOUT_MILLIS)
})
