/** What every adapter of webhooks keeps. Each test has endpoints of its own; the archive may hold others' events. */
import { assert, layer } from "@effect/vitest"
import { Archive, ArchiveWriter } from "@flash-sale/domain/ports/Archive"
import { WebhookQueue } from "@flash-sale/domain/ports/WebhookQueue"
import { UnknownEvents, Webhooks } from "@flash-sale/domain/ports/Webhooks"
import { EndpointName } from "@flash-sale/domain/webhooks/Endpoint"
import type { ActiveReplay, ArchivedEvent, Failure, Holder } from "@flash-sale/domain/webhooks/Sending"
import type { Replayed } from "@flash-sale/domain/webhooks/Standing"
import { Effect, type Layer } from "effect"
import { randomUUID } from "node:crypto"
import { fresh } from "./ArchiveContract.ts"
import { adjusted, batch, step, timeAt, type Told } from "./Telling.ts"

const NEVER = Number.MAX_SAFE_INTEGER
const URL = "https://shop.example/hooks"
const ELSEWHERE = "https://elsewhere.example/"
const NOTHING = { successAt: undefined, failure: undefined }
const OPERATOR = { by: "ops", reason: "a test" }

const named = () => EndpointName.make(`e-${randomUUID().slice(0, 20)}`)
const me = () => ({ name: randomUUID(), leaseMillis: 60_000, asks: true })

const listed = (name: EndpointName, url = URL, isDisabled = false) => ({
  name,
  url,
  events: ["order.*"],
  isDisabled
})

const failedAt = (at: number, dueAt: number | undefined): Failure => ({ at, dueAt, status: 500, error: "500" })

const record = (...events: ReadonlyArray<Told>) =>
  Effect.flatMap(ArchiveWriter, (writer) => writer.record(batch(events)))

/** So many orders, each with its event: of the places from `first` on, after which its event is named. */
const orders = (count: number, first = 1) =>
  Array.from({ length: count }, (_, at) => step("order.completed", fresh(at + first)))

/** An endpoint that this holder delivers to, from here on. */
const held = Effect.fnUntraced(function*(name = named(), holder = me()) {
  const queue = yield* WebhookQueue
  // Others share the endpoints with whoever is there.
  yield* Effect.addFinalizer(() => Effect.ignore(queue.release(holder.name)))
  yield* queue.list([listed(name)])
  const [found] = yield* queue.hold(holder, [name])
  assert.strictEqual(found?.name, name)
  return { queue, name, holder: holder.name, cursor: found!.cursor, owner: holder }
})

const stateOf = (name: EndpointName, owner: Holder) =>
  Effect.gen(function*() {
    const [found] = yield* (yield* WebhookQueue).hold(owner, [name])
    return found!
  })

const waiting = (name: EndpointName, at = NEVER) => Effect.flatMap(WebhookQueue, (queue) => queue.due(name, at, 1_000))

const finish = (name: EndpointName, holder: string, replay: ActiveReplay, room = 1_000) =>
  Effect.gen(function*() {
    const queue = yield* WebhookQueue
    return yield* queue.replayStep(name, holder, replay, (type) => type.startsWith("order."), room, 77)
  })

const asked = (name: EndpointName, replayed: Replayed) =>
  Effect.flatMap(Webhooks, (webhooks) => webhooks.replay(name, replayed, OPERATOR, 5, undefined))

export const suite = <E>(
  label: string,
  adapter: Layer.Layer<Archive | ArchiveWriter | WebhookQueue | Webhooks, E>
): void =>
  layer(adapter, { excludeTestServices: true })(`Webhooks (${label})`, (it) => {
    it.effect("a new endpoint begins at the end of what is archived, and is told what comes then, byte for byte", () =>
      Effect.gen(function*() {
        yield* record(...orders(2))
        const { cursor, queue } = yield* held()
        assert.strictEqual(cursor, yield* queue.end)
        const told = [...orders(2), adjusted(fresh(1).item, 5, "ops")]
        yield* record(...told)
        const page = yield* queue.page(cursor, 10)
        assert.deepStrictEqual(page.events.map(({ body }) => body), told.map(({ text }) => text))
        assert.deepStrictEqual(page.events.map(({ id }) => id), told.map(({ event }) => event.id))
        assert.strictEqual(page.upTo, page.events.at(-1)?.entry)
        assert.deepStrictEqual((yield* queue.page(page.upTo, 10)).events, [])
        assert.strictEqual((yield* queue.page(cursor, 1)).events.length, 1)
      }))

    it.effect("a cursor moves with the rows of what failed, and never back", () =>
      Effect.gen(function*() {
        const { cursor, holder, name, owner, queue } = yield* held()
        yield* record(...orders(3))
        const { events, upTo } = yield* queue.page(cursor, 10)
        const failure = failedAt(1_000, 6_000)
        assert.isTrue(yield* queue.advance(name, holder, upTo, [{ event: events[1]!, failure }], NOTHING))
        assert.isTrue(yield* queue.advance(name, holder, cursor, [], { successAt: 2_000, failure }))
        const after = yield* stateOf(name, owner)
        assert.deepStrictEqual([after.cursor, after.waiting, after.waitingSince], [upTo, 1, 1_000])
        assert.deepStrictEqual(yield* waiting(name, 5_999), [])
        const [due] = yield* waiting(name, 6_000)
        assert.strictEqual(due?.event.body, events[1]!.body)
        assert.strictEqual(due?.attempts, 1)
        const webhooks = yield* Webhooks
        const standing = (yield* webhooks.list).find((one) => one.name === name)
        assert.deepStrictEqual(
          [standing?.condition, standing?.lastSuccessAt, standing?.lastFailureAt, standing?.lastFailure],
          ["delivering", 2_000, 1_000, "500"]
        )
      }))

    it.effect("what a clock that was ahead has dated is made due, and nothing else is", () =>
      Effect.gen(function*() {
        const { cursor, holder, name, owner, queue } = yield* held()
        yield* record(...orders(3))
        const { events, upTo } = yield* queue.page(cursor, 3)
        // Tried an hour from now, tried now, and dead.
        const failures = [failedAt(9_000, 9_500), failedAt(5_000, 9_500), failedAt(9_000, undefined)]
        const failed = events.map((event, at) => ({ event, failure: failures[at]! }))
        yield* queue.advance(name, holder, upTo, failed, NOTHING)
        const due = (now: number) => Effect.map(queue.due(name, now, 10), (all) => all.map(({ event }) => event.id))
        assert.deepStrictEqual(yield* due(5_000), [])
        assert.isFalse(yield* queue.redate(name, "another", 5_000))
        assert.deepStrictEqual(yield* due(5_000), [])
        assert.isTrue(yield* queue.redate(name, holder, 5_000))
        assert.deepStrictEqual(yield* due(5_000), [events[0]!.id])
        // Asked for at 77, and the clock is at 50 then.
        yield* asked(name, { _tag: "Dead" })
        yield* finish(name, holder, (yield* stateOf(name, owner)).replay!)
        yield* queue.redate(name, holder, 50)
        assert.deepStrictEqual((yield* due(50)).toSorted(), events.map(({ id }) => id).toSorted())
      }))

    it.effect("what is delivered is gone, what fails is dated anew, what is dead is shown until a replay", () =>
      Effect.gen(function*() {
        const { cursor, holder, name, owner, queue } = yield* held()
        const webhooks = yield* Webhooks
        yield* record(...orders(3))
        const { events, upTo } = yield* queue.page(cursor, 10)
        const failed = events.map((event) => ({ event, failure: failedAt(1, 2) }))
        yield* queue.advance(name, holder, upTo, failed, NOTHING)
        const [one, two, three] = yield* waiting(name)
        yield* queue.settle(name, holder, [
          { delivery: one!, failure: undefined },
          { delivery: two!, failure: failedAt(10, 20) },
          { delivery: three!, failure: failedAt(10, undefined) }
        ], NOTHING)
        const [again, ...others] = yield* waiting(name)
        assert.deepStrictEqual([again?.attempts, again?.event.id, others], [2, events[1]!.id, []])
        const dead = yield* webhooks.deliveries({ endpoint: name, state: "dead" }, undefined, 10)
        assert.deepStrictEqual(dead.entries.map(({ attempts, dueAt, eventId }) => [attempts, dueAt, eventId]), [
          [2, undefined, events[2]!.id]
        ])
        yield* asked(name, { _tag: "Dead" })
        const { dead: count, replay } = yield* stateOf(name, owner)
        assert.strictEqual(count, 1)
        assert.deepStrictEqual(yield* finish(name, holder, replay!), { sent: 1, isDone: true })
        const all = yield* waiting(name)
        assert.deepStrictEqual(all.map(({ attempts, event }) => [event.id, attempts]), [
          [events[1]!.id, 2],
          [events[2]!.id, 0]
        ])
      }))

    it.effect("deliveries are listed a page at a time, newest first", () =>
      Effect.gen(function*() {
        const { cursor, holder, name, queue } = yield* held()
        const webhooks = yield* Webhooks
        yield* record(...orders(5))
        const { events, upTo } = yield* queue.page(cursor, 10)
        const failed = events.map((event, at) => ({ event, failure: failedAt(at, 100) }))
        yield* queue.advance(name, holder, upTo, failed, NOTHING)
        const first = yield* webhooks.deliveries({ endpoint: name }, undefined, 3)
        const second = yield* webhooks.deliveries({ endpoint: name }, first.next, 3)
        assert.deepStrictEqual(
          [...first.entries, ...second.entries].map(({ eventId }) => eventId),
          events.map(({ id }) => id).toReversed()
        )
        assert.isUndefined(second.next)
      }))

    it.effect("who does not hold an endpoint any more changes nothing", () =>
      Effect.gen(function*() {
        const { cursor, name, queue } = yield* held()
        yield* record(...orders(1))
        const { events, upTo } = yield* queue.page(cursor, 1)
        const failed = [{ event: events[0]!, failure: failedAt(1, 2) }]
        assert.isFalse(yield* queue.advance(name, "another", upTo, failed, NOTHING))
        assert.isFalse(yield* queue.gone(name, "another", URL, 1))
        assert.deepStrictEqual(yield* waiting(name), [])
      }))

    it.effect("a known endpoint keeps its cursor while it is disabled or not in the file", () =>
      Effect.gen(function*() {
        const { cursor, name, owner, queue } = yield* held()
        const webhooks = yield* Webhooks
        const conditionNow = Effect.map(webhooks.list, (all) => all.find((one) => one.name === name)?.condition)
        yield* queue.list([listed(name, undefined, true)])
        assert.strictEqual(yield* conditionNow, "disabled")
        yield* queue.list([])
        assert.strictEqual(yield* conditionNow, "unlisted")
        yield* record(...orders(1))
        yield* queue.list([listed(name)])
        assert.strictEqual((yield* stateOf(name, owner)).cursor, cursor)
      }))

    it.effect("an endpoint that is gone is so until its url changes or an operator enables it", () =>
      Effect.gen(function*() {
        const { cursor, holder, name, owner, queue } = yield* held()
        const webhooks = yield* Webhooks
        yield* record(...orders(1))
        const { events, upTo } = yield* queue.page(cursor, 1)
        yield* queue.advance(name, holder, upTo, [{ event: events[0]!, failure: failedAt(1, 9_000) }], NOTHING)
        const isGone = Effect.map(stateOf(name, owner), (state) => state.isGone)
        yield* queue.gone(name, holder, URL, 1)
        yield* queue.list([listed(name)])
        assert.isTrue(yield* isGone)
        yield* queue.list([listed(name, ELSEWHERE)])
        assert.isFalse(yield* isGone)
        yield* queue.gone(name, holder, URL, 2)
        assert.isFalse(yield* isGone, "the former url has said so")
        yield* queue.gone(name, holder, ELSEWHERE, 2)
        yield* webhooks.enable(name, OPERATOR, 3)
        assert.isFalse(yield* isGone)
        assert.strictEqual((yield* waiting(name, 10)).length, 1)
      }))

    it.effect("instances share the endpoints, and one that is away for its lease loses them", () =>
      Effect.gen(function*() {
        const queue = yield* WebhookQueue
        const names = [named(), named(), named()]
        const [first, second] = [me(), me()]
        yield* queue.list(names.map((name) => listed(name)))
        const young = { ...me(), asks: false }
        const heldBy = (owner: typeof first) =>
          Effect.map(queue.hold(owner, names), (found) => found.map(({ name }) => name))
        assert.deepStrictEqual((yield* heldBy(first)).toSorted(), names.toSorted())
        assert.deepStrictEqual([...(yield* heldBy(young)), ...(yield* heldBy(young))], [])
        yield* Effect.repeat(Effect.andThen(heldBy(second), heldBy(first)), { times: 3 })
        const [a, b] = [yield* heldBy(first), yield* heldBy(second)]
        assert.isTrue(a.length > 0 && b.length > 0, `${a.length} and ${b.length}`)
        assert.deepStrictEqual([...a, ...b].toSorted(), names.toSorted())
        yield* queue.release(second.name)
        assert.deepStrictEqual((yield* heldBy(first)).toSorted(), names.toSorted())
        const third = { ...me(), leaseMillis: 1 }
        yield* queue.release(first.name)
        yield* heldBy(third)
        yield* Effect.sleep("20 millis")
        assert.deepStrictEqual((yield* heldBy(first)).toSorted(), names.toSorted())
        yield* queue.release(first.name)
      }))

    it.effect("an endpoint is held by who wants it, whatever others say, and is named where nobody holds it", () =>
      Effect.gen(function*() {
        const queue = yield* WebhookQueue
        const webhooks = yield* Webhooks
        const names = [named(), named()].toSorted()
        const [first, second] = [me(), me()]
        const conditions = Effect.map(webhooks.list, (all) =>
          all.filter(({ name }) => names.includes(name)).map(({ condition }) => condition))
        const unheld = Effect.map(queue.unheld(60_000), (all) =>
          all.filter(({ name }) => names.includes(name)))
        yield* queue.list(names.map((name) => listed(name)))
        yield* record(...orders(1))
        assert.deepStrictEqual((yield* unheld).map(({ name, waiting }) => [name, waiting]), names.map((n) => [n, 0]))
        assert.strictEqual((yield* unheld)[0]?.behindSince, timeAt(1))
        yield* queue.hold(first, names)
        // Another one, with an empty file.
        yield* queue.list([])
        yield* queue.hold(second, [])
        const found = yield* queue.hold(first, names)
        assert.deepStrictEqual(found.map(({ name }) => name), names)
        assert.deepStrictEqual([yield* conditions, yield* unheld], [["delivering", "delivering"], []])
        yield* queue.release(first.name)
        assert.deepStrictEqual(yield* conditions, ["unheld", "unheld"])
        yield* queue.list([listed(names[0]!, undefined, true)])
        assert.deepStrictEqual([yield* conditions, yield* unheld], [["disabled", "unlisted"], []])
      }))

    it.effect("a replay of times, or of ids, sends what matches, no more at once than there is room", () =>
      Effect.gen(function*() {
        const { cursor, holder, name, owner, queue } = yield* held()
        yield* record(...orders(4), adjusted(fresh(1).item, 2, "ops"))
        const { events } = yield* queue.page(cursor, 10)
        yield* asked(name, { _tag: "Times", from: timeAt(2), until: timeAt(4) })
        const goOn = Effect.gen(function*() {
          const { replay } = yield* stateOf(name, owner)
          return replay === undefined ? undefined : yield* finish(name, holder, replay, 1)
        })
        const done = Effect.repeat(goOn, { until: (found) => found === undefined })
        yield* done
        const times = new Set((yield* waiting(name)).map(({ event }) => event.entry))
        assert.deepStrictEqual(expectedOf(events, times), [2, 3])
        yield* asked(name, { _tag: "Ids", ids: [events[3]!.id, events[4]!.id] })
        yield* done
        const ids = new Set((yield* waiting(name)).map(({ event }) => event.entry))
        assert.isTrue(ids.has(events[3]!.entry) && ids.has(events[4]!.entry) && !ids.has(events[0]!.entry))
        const [last] = yield* (yield* Webhooks).replays(name)
        assert.deepStrictEqual([last?.by, last?.reason, last?.doneAt, last?.replayed._tag], [
          "ops",
          "a test",
          77,
          "Ids"
        ])
      }))

    it.effect("a replay of ids takes one step, however much is archived, and no more than there is room", () =>
      Effect.gen(function*() {
        const { cursor, holder, name, owner } = yield* held()
        // More than one step of a replay of times looks at.
        yield* record(...orders(1_500, 100_000))
        const { events } = yield* (yield* WebhookQueue).page(cursor, 2_000)
        const ids = [0, 700, 1_499].map((at) => events[at]!.id)
        const step = (room: number) =>
          Effect.flatMap(stateOf(name, owner), ({ replay }) => finish(name, holder, replay!, room))
        yield* asked(name, { _tag: "Ids", ids })
        assert.deepStrictEqual(yield* step(100), { sent: 3, isDone: true })
        assert.deepStrictEqual((yield* waiting(name)).map(({ event }) => event.id), ids)
        yield* asked(name, { _tag: "Ids", ids })
        assert.deepStrictEqual(yield* step(2), { sent: 2, isDone: false })
        assert.deepStrictEqual(yield* step(2), { sent: 1, isDone: true })
      }))

    it.effect("a replay names the ids under which nothing is archived, and does nothing then", () =>
      Effect.gen(function*() {
        const { cursor, name, owner, queue } = yield* held()
        const webhooks = yield* Webhooks
        yield* record(...orders(1))
        const { events: [event] } = yield* queue.page(cursor, 1)
        const replayed = { _tag: "Ids", ids: ["nosuch", event!.id, "nosuch", "none"] } as const
        const unknown = new UnknownEvents({ ids: ["nosuch", "none"] })
        assert.deepStrictEqual(yield* Effect.flip(asked(name, replayed)), unknown)
        assert.deepStrictEqual(yield* Effect.flip(webhooks.count(name, replayed)), unknown)
        assert.isUndefined((yield* stateOf(name, owner)).replay)
        assert.deepStrictEqual(yield* webhooks.replays(name), [])
      }))

    it.effect("a replay is one however often it is asked for under its key, and can be counted before", () =>
      Effect.gen(function*() {
        const { cursor, holder, name, queue } = yield* held()
        const webhooks = yield* Webhooks
        const [first, second] = [randomUUID(), randomUUID()]
        const ask = (key: string | undefined) => webhooks.replay(name, { _tag: "Dead" }, OPERATOR, 5, key)
        const numbers = [yield* ask(first), yield* ask(second), yield* ask(undefined), yield* ask(undefined)]
        assert.strictEqual(new Set(numbers).size, 4)
        assert.deepStrictEqual([yield* ask(first), yield* ask(second)], numbers.slice(0, 2))
        assert.strictEqual((yield* webhooks.replays(name)).length, 4)
        yield* record(...orders(4), adjusted(fresh(1).item, 2, "ops"))
        const { events, upTo } = yield* queue.page(cursor, 10)
        const dead = events.slice(0, 2).map((event) => ({ event, failure: failedAt(1, undefined) }))
        yield* queue.advance(name, holder, upTo, dead, NOTHING)
        assert.deepStrictEqual(yield* webhooks.count(name, { _tag: "Dead" }), { events: 2, isAll: true })
        yield* record(...orders(1, 200_000))
        const { events: [only] } = yield* queue.page(upTo, 1)
        const ids = [only!.id, only!.id]
        assert.deepStrictEqual(yield* webhooks.count(name, { _tag: "Ids", ids }), { events: 1, isAll: true })
        const before = yield* webhooks.count(name, { _tag: "Times", from: timeAt(2), until: timeAt(4) })
        yield* record(...orders(4), adjusted(fresh(1).item, 2, "ops"))
        const after = yield* webhooks.count(name, { _tag: "Times", from: timeAt(2), until: timeAt(4) })
        assert.isTrue(after.isAll)
        assert.strictEqual(after.events - before.events, 2)
      }))

    it.effect("what left the file long ago is forgotten step by step, and what is listed or left it since stays", () =>
      Effect.gen(function*() {
        const { cursor, holder, name, owner, queue } = yield* held()
        const webhooks = yield* Webhooks
        const isKnown = Effect.map(webhooks.list, (all) => all.some((one) => one.name === name))
        yield* record(...orders(5))
        const { events, upTo } = yield* queue.page(cursor, 10)
        const failed = events.map((event, at) => ({ event, failure: failedAt(1, at === 0 ? 2 : undefined) }))
        yield* queue.advance(name, holder, upTo, failed, NOTHING)
        yield* asked(name, { _tag: "Dead" })
        yield* webhooks.test(name, `test-${randomUUID()}`, OPERATOR, 3)
        const forgetAll = (keptMillis: number) =>
          Effect.repeat(queue.forget(keptMillis, 2), { until: ({ isDone }) => isDone })
        yield* forgetAll(0)
        assert.isTrue(yield* isKnown)
        yield* queue.list([])
        yield* forgetAll(NEVER)
        assert.isTrue(yield* isKnown)
        // Whoever holds it has it in a file.
        yield* queue.hold(owner, [name])
        yield* forgetAll(0)
        assert.strictEqual((yield* stateOf(name, owner)).waiting, 1)
        yield* queue.list([])
        const steps: Array<unknown> = []
        for (let left = true; left;) {
          const step = yield* queue.forget(0, 2)
          if (step.name === name) steps.push(yield* isKnown)
          left = !step.isDone
        }
        assert.deepStrictEqual(steps, [false])
        assert.deepStrictEqual(yield* webhooks.replays(name), [])
        assert.deepStrictEqual((yield* webhooks.deliveries({ endpoint: name }, undefined, 10)).entries, [])
        // In the file again it is a new one.
        yield* queue.list([listed(name)])
        const again = yield* stateOf(name, owner)
        assert.deepStrictEqual([again.cursor, again.waiting, again.tests], [yield* queue.end, 0, []])
      }))

    it.effect("a test is told to who holds the endpoint, and its outcome to who asked", () =>
      Effect.gen(function*() {
        const { name, owner, queue } = yield* held()
        const webhooks = yield* Webhooks
        const id = `test-${randomUUID()}`
        yield* webhooks.test(name, id, OPERATOR, 3)
        assert.deepStrictEqual((yield* stateOf(name, owner)).tests, [id])
        assert.isUndefined((yield* webhooks.outcome(id))?.isDelivered)
        yield* queue.settleTest(id, { doneAt: 9, isDelivered: false, status: 404, error: "404", tookMillis: 5 })
        assert.deepStrictEqual(yield* webhooks.outcome(id), {
          id,
          endpoint: name,
          askedAt: 3,
          doneAt: 9,
          isDelivered: false,
          status: 404,
          error: "404",
          tookMillis: 5
        })
        assert.deepStrictEqual((yield* stateOf(name, owner)).tests, [])
        assert.isUndefined(yield* webhooks.outcome("test-of-nobody"))
      }))

    it.effect("what operators have asked for is among the changes by hand, once, and is sent to nobody", () =>
      Effect.gen(function*() {
        const before = yield* held()
        yield* record(...orders(2))
        const ids = (yield* before.queue.page(before.cursor, 10)).events.map(({ id }) => id)
        const { cursor, holder, name, owner, queue } = yield* held()
        const webhooks = yield* Webhooks
        const { audit } = yield* Archive
        const [operator, key] = [{ by: randomUUID(), reason: "a look" }, randomUUID()]
        const test = `test-${randomUUID()}`
        yield* webhooks.test(name, test, { by: operator.by }, 1_000)
        const times: Replayed = { _tag: "Times", from: 0, until: 60_000 }
        const replays = [
          yield* webhooks.replay(name, times, operator, 2_000, key),
          yield* webhooks.replay(name, { _tag: "Dead" }, operator, 3_000, undefined),
          yield* webhooks.replay(name, { _tag: "Ids", ids }, operator, 4_000, undefined)
        ]
        yield* webhooks.replay(name, times, operator, 5_000, key)
        // It is not gone: nothing is changed.
        yield* webhooks.enable(name, operator, 6_000)
        yield* queue.gone(name, holder, URL, 6_500)
        yield* webhooks.enable(name, operator, 7_000)
        yield* Effect.flip(webhooks.enable(named(), operator, 8_000))
        const { entries } = yield* audit({ by: operator.by }, undefined, 10)
        assert.deepStrictEqual(entries.map(({ data, reason, time, type }) => [Date.parse(time), type, reason, data]), [
          [7_000, "webhook.enabled", "a look", { webhook: name }],
          [4_000, "webhook.replayed", "a look", { webhook: name, replay: replays[2], events: 2 }],
          [3_000, "webhook.replayed", "a look", { webhook: name, replay: replays[1], dead: true }],
          [2_000, "webhook.replayed", "a look", {
            webhook: name,
            replay: replays[0],
            from: "1970-01-01T00:00:00.000Z",
            until: "1970-01-01T00:01:00.000Z"
          }],
          [1_000, "webhook.tested", undefined, { webhook: name, test }]
        ])
        const { events, upTo } = yield* queue.page(cursor, 10)
        assert.deepStrictEqual([events, upTo], [[], cursor + 5])
        assert.isUndefined((yield* stateOf(name, owner)).behindSince)
        const all: Replayed = { _tag: "Times", from: 1_000, until: 8_000 }
        assert.deepStrictEqual(yield* webhooks.count(name, all), { events: 0, isAll: true })
      }))

    it.effect("an endpoint that nobody knows, and too much at once, are refused", () =>
      Effect.gen(function*() {
        const webhooks = yield* Webhooks
        const nobody = named()
        const unknown = [
          webhooks.test(nobody, "test-1", OPERATOR, 1),
          webhooks.replay(nobody, { _tag: "Dead" }, OPERATOR, 1, undefined),
          webhooks.count(nobody, { _tag: "Dead" }),
          webhooks.enable(nobody, OPERATOR, 1)
        ]
        for (const one of unknown) assert.strictEqual((yield* Effect.flip(one))._tag, "UnknownEndpoint")
        const { name } = yield* held()
        const test = Effect.suspend(() => webhooks.test(name, randomUUID(), OPERATOR, 1))
        const tests = Effect.forEach(Array.from({ length: 11 }), () => test)
        assert.strictEqual((yield* Effect.flip(tests))._tag, "TooManyAsked")
        const replays = Effect.forEach(Array.from({ length: 11 }), () => asked(name, { _tag: "Dead" }))
        assert.strictEqual((yield* Effect.flip(replays))._tag, "TooManyAsked")
      }))
  })

/** The places among orders, from 1 on, of those entries. */
const expectedOf = (events: ReadonlyArray<ArchivedEvent>, entries: ReadonlySet<number>) =>
  events.flatMap(({ entry }, index) => entries.has(entry) ? [index + 1] : [])
