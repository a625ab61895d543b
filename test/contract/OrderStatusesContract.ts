/** What every `OrderStatuses` does: claims, and statuses that only move forwards. */
import { describe, expect, layer } from "@effect/vitest"
import { type AdmissionPolicy, type AdmissionRequest, OrderStatuses } from "@flash-sale/domain/ports/OrderStatuses"
import { PaymentReference } from "@flash-sale/domain/records/checkout/Reference"
import { CorrelationId, ItemId, RequestId, UserId } from "@flash-sale/domain/records/Ids"
import { fingerprint } from "@flash-sale/domain/records/Order"
import { OrderStatus, type StatusRecord } from "@flash-sale/domain/records/OrderStatus"
import { Offset } from "@flash-sale/domain/records/Partition"
import { mayReplace } from "@flash-sale/domain/records/StatusRule"
import { Arbitrary, Effect, type Layer, Schedule, Schema } from "effect"
import { next } from "./Commands.ts"

const LEASE_MILLIS = 60_000
const SHORT_MILLIS = 40
const TIMEOUT = Schedule.spaced("10 millis").pipe(Schedule.upTo({ times: 500 }))

const policy = (rest?: Partial<AdmissionPolicy>): AdmissionPolicy => ({
  owner: "gateway-1",
  leaseMillis: LEASE_MILLIS,
  maxRequests: 100,
  windowMillis: LEASE_MILLIS,
  ...rest
})

const admission = (rest?: { readonly request?: string; readonly user?: string; readonly amount?: number }) => {
  const n = next()
  const order = {
    requestId: RequestId.make(rest?.request ?? `request ${n} "é\u{1F600}`),
    userId: UserId.make(rest?.user ?? `user-${n}`),
    itemId: ItemId.make("101"),
    amount: rest?.amount ?? 1
  }
  return {
    ...order,
    fingerprint: fingerprint(order),
    correlationId: CorrelationId.make("contract")
  } satisfies AdmissionRequest
}

/** Another order under the same request id. */
const strangerOf = (request: AdmissionRequest, rest: Partial<AdmissionRequest>): AdmissionRequest => {
  const order = { ...request, ...rest }
  return { ...order, fingerprint: fingerprint(order) }
}

/** A status of the order that was asked for. */
const record = (request: AdmissionRequest, rest: Partial<StatusRecord>): StatusRecord => ({
  requestId: request.requestId,
  itemId: request.itemId,
  amount: request.amount,
  status: "RESERVED",
  attempt: 1,
  correlationId: request.correlationId,
  updatedAt: "2026-01-01T00:00:00.000Z",
  fingerprint: request.fingerprint,
  placedAtOffset: Offset.make(7),
  ...rest
})

/** Pairs of statuses that are written one over the other. */
const PAIRS = 400

const oneOf = <const A extends ReadonlyArray<unknown>>(all: A) =>
  Arbitrary.map(
    Arbitrary.schema(Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: all.length - 1 }))),
    (index): A[number] => all[index]
  )

const owed = (count: number): NonNullable<StatusRecord["refundDue"]> =>
  Array.from({ length: count }, (_, n) => ({ reference: PaymentReference.make(`ref-${n}`) }))

/** Few words, so that statuses of one order and of several meet often. */
const anyStatus: Arbitrary.Arbitrary<StatusRecord> = Arbitrary.map(
  Arbitrary.all([
    oneOf(OrderStatus.literals),
    oneOf([1, 1, 1, 2]),
    oneOf([undefined, 3, 4]),
    oneOf(["101", "101", "102"]),
    oneOf(["", "u-1", "u-1", "u-2"]),
    oneOf([{}, { confirmed: true }, { refund: "pending" }, { expiresAt: "2026-01-01T00:10:00.000Z" }]),
    oneOf([0, 0, 1, 2])
  ]),
  ([status, attempt, offset, item, user, progress, dues]) => {
    const itemId = ItemId.make(item)
    return {
      requestId: RequestId.make("any"),
      itemId,
      amount: 1,
      status,
      attempt,
      correlationId: CorrelationId.make(`${status}-${attempt}-${offset}-${item}-${user}-${dues}`),
      updatedAt: "2026-01-01T00:00:00.000Z",
      fingerprint: user === "" ? "" : fingerprint({ userId: UserId.make(user), itemId, amount: 1 }),
      ...(offset === undefined ? {} : { placedAtOffset: Offset.make(offset) }),
      ...progress,
      ...(dues === 0 ? {} : { refundDue: owed(dues) })
    }
  }
)

/** What a look-up finds of a claim: whose order it is, too. */
const leased = ({ fingerprint }: AdmissionRequest) => ({ _tag: "Leased", fingerprint })

export const suite = <E>(name: string, statuses: Layer.Layer<OrderStatuses, E>): void =>
  layer(statuses, { excludeTestServices: true })(`OrderStatuses (${name})`, (it) => {
    const lookup = (request: AdmissionRequest) =>
      OrderStatuses.pipe(Effect.flatMap((service) => service.read(request.requestId)))
    const written = (request: AdmissionRequest) =>
      Effect.map(lookup(request), (found) => found._tag === "Kept" ? found.record : undefined)

    describe("OrderStatuses.admit", () => {
      it.effect("an unknown request id is claimed, and only once", () =>
        Effect.gen(function*() {
          const service = yield* OrderStatuses
          const request = admission()
          expect(yield* service.admit([request], policy())).toEqual([{ _tag: "Claimed", remaining: 99 }])
          expect(yield* lookup(request)).toEqual(leased(request))
          expect(yield* service.admit([request], policy({ owner: "gateway-2" }))).toEqual([
            { _tag: "Leased", same: true }
          ])
        }))

      it.effect("a batch is answered in order; the second of two equal ids in it is leased", () =>
        Effect.gen(function*() {
          const service = yield* OrderStatuses
          const [first, second] = [admission(), admission()]
          const other = admission({ request: first.requestId, amount: 2 })
          expect(
            (yield* service.admit([first, second, first, other], policy())).map((answer) =>
              answer._tag === "Leased" ? [answer._tag, answer.same] : [answer._tag]
            )
          ).toEqual([["Claimed"], ["Claimed"], ["Leased", true], ["Leased", false]])
          expect(yield* service.admit([], policy())).toEqual([])
        }))

      it.effect("a known request says whether it is the same order, and its status", () =>
        Effect.gen(function*() {
          const service = yield* OrderStatuses
          const request = admission()
          yield* service.admit([request], policy())
          yield* service.confirm([{ owner: "gateway-1", requestId: request.requestId }])
          const other = admission({ request: request.requestId, amount: 3 })
          const answers = yield* service.admit([request, other], policy())
          expect(answers).toMatchObject([
            { _tag: "Known", same: true, record: { status: "PENDING", requestId: request.requestId, attempt: 1 } },
            { _tag: "Known", same: false, record: { amount: request.amount } }
          ])
        }))

      it.effect("a claim ends with its lease", () =>
        Effect.gen(function*() {
          const service = yield* OrderStatuses
          const request = admission()
          yield* service.admit([request], policy({ leaseMillis: SHORT_MILLIS }))
          yield* Effect.repeat(lookup(request), { schedule: TIMEOUT, while: ({ _tag }) => _tag === "Leased" })
          expect(yield* lookup(request)).toEqual({ _tag: "Unknown" })
          expect(yield* service.admit([request], policy({ owner: "gateway-2" }))).toMatchObject([{ _tag: "Claimed" }])
          yield* service.confirm([{ owner: "gateway-1", requestId: request.requestId }])
          expect(yield* lookup(request)).toEqual(leased(request))
        }))

      it.effect("a user's orders are limited, and a retry of the same order costs nothing", () =>
        Effect.gen(function*() {
          const service = yield* OrderStatuses
          const user = `limited-${next()}`
          const [first, second, third] = [admission({ user }), admission({ user }), admission({ user })]
          const limits = policy({ maxRequests: 2 })
          expect(yield* service.admit([first, first, second, third], limits)).toMatchObject([
            { _tag: "Claimed", remaining: 1 },
            { _tag: "Leased" },
            { _tag: "Claimed", remaining: 0 },
            { _tag: "Limited", remaining: 0 }
          ])
          const [limited] = yield* service.admit([third], limits)
          if (limited?._tag !== "Limited") return expect.fail(`expected Limited, not ${limited?._tag}`)
          expect(limited.retryAfterMillis).toBeGreaterThan(0)
          expect(limited.retryAfterMillis).toBeLessThanOrEqual(LEASE_MILLIS)
          expect(yield* lookup(third)).toEqual({ _tag: "Unknown" })
          expect(yield* service.admit([admission()], limits)).toMatchObject([{ _tag: "Claimed" }])
        }))

      it.effect("a request that claims nothing counts in the same window", () =>
        Effect.gen(function*() {
          const service = yield* OrderStatuses
          const user = `counted-${next()}`
          const limits = policy({ maxRequests: 3 })
          const userId = UserId.make(user)
          expect(yield* service.countRequest(userId, limits)).toEqual({
            allowed: true,
            remaining: 2,
            retryAfterMillis: 0
          })
          expect(yield* service.admit([admission({ user })], limits)).toEqual([{ _tag: "Claimed", remaining: 1 }])
          expect(yield* service.countRequest(userId, limits)).toMatchObject({ allowed: true, remaining: 0 })
          const over = yield* service.countRequest(userId, limits)
          expect(over).toMatchObject({ allowed: false, remaining: 0 })
          expect(over.retryAfterMillis).toBeGreaterThan(0)
          expect(over.retryAfterMillis).toBeLessThanOrEqual(LEASE_MILLIS)
          expect(yield* service.admit([admission({ user })], limits)).toMatchObject([{ _tag: "Limited" }])
          expect(yield* service.countRequest(UserId.make(`other-${next()}`), limits)).toMatchObject({ remaining: 2 })
        }))

      it.effect("a limited user is admitted again when the window is over", () =>
        Effect.gen(function*() {
          const service = yield* OrderStatuses
          const user = `patient-${next()}`
          const limits = policy({ maxRequests: 1, windowMillis: SHORT_MILLIS })
          yield* service.admit([admission({ user })], limits)
          const answers = yield* Effect.repeat(Effect.suspend(() => service.admit([admission({ user })], limits)), {
            schedule: TIMEOUT,
            while: ([answer]) => answer?._tag === "Limited"
          })
          expect(answers).toEqual([{ _tag: "Claimed", remaining: 0 }])
        }))
    })

    describe("OrderStatuses: a claim", () => {
      it.effect("a claim is confirmed as PENDING by its owner alone", () =>
        Effect.gen(function*() {
          const service = yield* OrderStatuses
          const request = admission()
          yield* service.admit([request], policy())
          yield* service.confirm([{ owner: "gateway-2", requestId: request.requestId }])
          expect(yield* lookup(request)).toEqual(leased(request))
          yield* service.confirm([{ owner: "gateway-1", requestId: request.requestId }])
          const kept = yield* written(request)
          expect(kept).toMatchObject({ status: "PENDING", attempt: 1, fingerprint: request.fingerprint })
          expect(kept).not.toHaveProperty("place")
          expect(kept).not.toHaveProperty("lease")
        }))

      it.effect("a claim is released by its owner alone, and only while it is a claim", () =>
        Effect.gen(function*() {
          const service = yield* OrderStatuses
          const request = admission()
          const claims = [{ owner: "gateway-1", requestId: request.requestId }]
          yield* service.admit([request], policy())
          yield* service.release([{ owner: "gateway-2", requestId: request.requestId }])
          expect(yield* lookup(request)).toEqual(leased(request))
          yield* service.release(claims)
          expect(yield* lookup(request)).toEqual({ _tag: "Unknown" })
          yield* service.admit([request], policy())
          yield* service.confirm(claims)
          yield* service.release(claims)
          expect(yield* lookup(request)).toMatchObject({ _tag: "Kept" })
        }))

      it.effect("a claim gives way to a status of its order, which neither confirm nor release touches", () =>
        Effect.gen(function*() {
          const service = yield* OrderStatuses
          const request = admission()
          const claims = [{ owner: "gateway-1", requestId: request.requestId }]
          yield* service.admit([request], policy())
          yield* service.write([record(request, { status: "COMPLETED" })])
          yield* service.confirm(claims)
          yield* service.release(claims)
          expect(yield* written(request)).toEqual(record(request, { status: "COMPLETED" }))
        }))
    })

    describe("OrderStatuses: two orders under one request id", () => {
      /** The same request id by another buyer, and for another item. */
      const stranger = (request: AdmissionRequest) => strangerOf(request, { userId: UserId.make("stranger") })
      const elsewhere = (request: AdmissionRequest) => strangerOf(request, { itemId: ItemId.make("102") })
      const claims = (request: AdmissionRequest) => [{ owner: "gateway-1", requestId: request.requestId }]
      const PENDING = { status: "PENDING", attempt: 1 } as const

      const cases: ReadonlyArray<readonly [string, typeof stranger, Partial<StatusRecord>, boolean]> = [
        ["RESERVED of the owner", stranger, { status: "RESERVED" }, true],
        ["COMPLETED of the owner", stranger, { status: "COMPLETED" }, true],
        ["a later attempt of the owner", stranger, { status: "RESERVED", attempt: 2 }, true],
        ["FAILED_LIMIT of the one before", stranger, { status: "FAILED_LIMIT" }, true],
        ["FAILED of a record that was not understood", stranger, { status: "FAILED", fingerprint: "" }, true],
        ["COMPLETED of another item", elsewhere, { status: "COMPLETED" }, false]
      ]
      for (const [what, other, decided, takes] of cases) {
        for (const isConfirmed of [true, false]) {
          it.effect(`${isConfirmed ? "PENDING" : "a claim"} ${takes ? "gives way to" : "outlasts"} ${what}`, () =>
            Effect.gen(function*() {
              const service = yield* OrderStatuses
              const owner = admission()
              const claimed = other(owner)
              yield* service.admit([claimed], policy())
              if (isConfirmed) yield* service.confirm(claims(claimed))
              yield* service.write([record(owner, decided)])
              // Too late for a claim that gave way.
              yield* service.confirm(claims(claimed))
              yield* service.release(claims(claimed))
              if (takes) expect(yield* written(owner)).toEqual(record(owner, decided))
              else expect(yield* written(owner)).toMatchObject({ ...PENDING, fingerprint: claimed.fingerprint })
              const answers = yield* service.admit([owner, claimed], policy())
              expect(answers.map((answer) => answer._tag === "Known" && answer.same)).toEqual(
                decided.fingerprint === "" ? [false, false] : [takes, !takes]
              )
            }))
        }
      }

      const decided: ReadonlyArray<readonly [string, Partial<StatusRecord>, Partial<StatusRecord>, boolean]> = [
        ["an order with units over one that was turned away", { status: "FAILED_LIMIT" }, { status: "RESERVED" }, true],
        ["the same for another item", { status: "FAILED_LIMIT", itemId: ItemId.make("102") }, {
          status: "COMPLETED"
        }, true],
        [
          "an order that was turned away over one with units",
          { status: "CANCELLED" },
          { status: "FAILED_LIMIT" },
          false
        ],
        ["a second one with units", { status: "FAILED_PAYMENT" }, { status: "COMPLETED" }, false],
        ["a second one that was turned away", { status: "FAILED_LIMIT" }, { status: "FAILED_SOLD_OUT" }, false],
        ["one over a later attempt that was turned away", { status: "FAILED_SOLD_OUT", attempt: 2 }, {
          status: "COMPLETED"
        }, false],
        ["one over a record that was not understood", { status: "FAILED", fingerprint: "" }, {
          status: "FAILED_LIMIT"
        }, true],
        ["a record that was not understood", { status: "FAILED_LIMIT" }, { status: "FAILED", fingerprint: "" }, false]
      ]
      for (const [what, before, after, takes] of decided) {
        it.effect(`a decided status ${takes ? "takes" : "ignores"} ${what}`, () =>
          Effect.gen(function*() {
            const service = yield* OrderStatuses
            const first = admission()
            const [there, next] = [
              record(first, before),
              record(stranger(first), { placedAtOffset: Offset.make(9), ...after })
            ]
            yield* service.write([there])
            yield* service.write([next])
            expect(yield* written(first)).toEqual(takes ? next : there)
          }))
      }

      it.effect("a status replaces another exactly where the domain says so", () =>
        Effect.gen(function*() {
          const service = yield* OrderStatuses
          const pairs = yield* Arbitrary.sampleEffect(Arbitrary.all([anyStatus, anyStatus]), {
            count: PAIRS,
            seed: name
          })
          const named = pairs.map(([before, after], n) => {
            const requestId = RequestId.make(`pair-${next()}-${n}`)
            return [{ ...before, requestId }, { ...after, requestId }] as const
          })
          yield* service.write(named.map(([before]) => before))
          yield* service.write(named.map(([, after]) => after))
          const found = yield* service.readAll(named.map(([{ requestId }]) => requestId))
          expect(found).toEqual(
            named.map(([before, after]) => ({ _tag: "Kept", record: mayReplace(before, after) ? after : before }))
          )
        }))

      it.effect("a decided status outlasts the PENDING of a replay of another order, and so does a claim", () =>
        Effect.gen(function*() {
          const service = yield* OrderStatuses
          const [first, second] = [admission(), admission()]
          const pendingOf = (request: AdmissionRequest): StatusRecord => {
            const { placedAtOffset: _, ...rest } = record(stranger(request), { status: "PENDING", attempt: 2 })
            return rest
          }
          yield* service.write([record(first, { status: "FAILED_PAYMENT" }), pendingOf(first)])
          expect(yield* written(first)).toMatchObject({ status: "FAILED_PAYMENT" })
          yield* service.admit([second], policy())
          yield* service.write([pendingOf(second)])
          expect(yield* lookup(second)).toEqual(leased(second))
        }))
    })

    describe("OrderStatuses.write", () => {
      const steps: ReadonlyArray<readonly [string, Partial<StatusRecord>, Partial<StatusRecord>, boolean]> = [
        ["a further step", { status: "RESERVED" }, { status: "COMPLETED" }, true],
        ["the same step", { status: "RESERVED" }, { status: "RESERVED", reason: "again" }, false],
        ["a step back", { status: "COMPLETED" }, { status: "RESERVED" }, false],
        ["another end", { status: "COMPLETED" }, { status: "CANCELLED" }, false],
        ["a later attempt", { status: "FAILED_PAYMENT" }, { status: "PENDING", attempt: 2 }, true],
        ["an earlier attempt", { status: "PENDING", attempt: 2 }, { status: "COMPLETED", attempt: 1 }, false],
        ["a later place", { status: "COMPLETED" }, { status: "RESERVED", placedAtOffset: Offset.make(8) }, true],
        ["an earlier place", { status: "RESERVED" }, { status: "COMPLETED", placedAtOffset: Offset.make(6) }, false],
        ["the confirmation of a hold", { expiresAt: "2026-01-01T00:10:00.000Z" }, { confirmed: true }, true],
        ["an open hold after its confirmation", { confirmed: true }, { expiresAt: "2026-01-01T00:10:00.000Z" }, false],
        ["the end of a confirmed hold", { confirmed: true }, { status: "FAILED_PAYMENT" }, true],
        ["the expiry of a hold", { expiresAt: "2026-01-01T00:10:00.000Z" }, { status: "EXPIRED" }, true],
        ["a confirmation after the expiry", { status: "EXPIRED" }, { confirmed: true }, false],
        ["a refund that begins", { status: "COMPLETED" }, { status: "COMPLETED", refund: "pending" }, true],
        ["a refund that is done", { status: "COMPLETED", refund: "pending" }, { status: "REFUNDED" }, true],
        ["the sale after its refund", { status: "REFUNDED" }, { status: "COMPLETED", refund: "pending" }, false],
        ["a payment that is due back", { status: "EXPIRED" }, { status: "EXPIRED", refundDue: owed(1) }, true],
        ["a second payment that is due back", { status: "REFUNDED", refundDue: owed(1) }, {
          status: "REFUNDED",
          refundDue: owed(2)
        }, true],
        ["fewer payments that are due back", { status: "EXPIRED", refundDue: owed(2) }, {
          status: "EXPIRED",
          refundDue: owed(1)
        }, false],
        ["another fingerprint", { status: "RESERVED" }, { status: "COMPLETED", fingerprint: "u:101:9" }, false],
        ["another item", { status: "RESERVED" }, { status: "COMPLETED", itemId: ItemId.make("102") }, false]
      ]
      for (const [step, before, after, forward] of steps) {
        it.effect(`a write ${forward ? "takes" : "ignores"} ${step}`, () =>
          Effect.gen(function*() {
            const service = yield* OrderStatuses
            const request = admission()
            yield* service.write([record(request, before)])
            yield* service.write([record(request, after)])
            expect(yield* written(request)).toEqual(record(request, forward ? after : before))
          }))
      }

      it.effect("a batch of statuses is written in order, and an unknown order's as it is", () =>
        Effect.gen(function*() {
          const service = yield* OrderStatuses
          const requests = [admission(), admission()] as const
          const lost = record(requests[1], { status: "FAILED", reason: "Invalid Order Format" })
          yield* service.write([
            record(requests[0], { status: "RESERVED" }),
            lost,
            record(requests[0], { status: "COMPLETED" })
          ])
          yield* service.write([])
          expect(yield* written(requests[0])).toMatchObject({ status: "COMPLETED" })
          expect(yield* written(requests[1])).toEqual(lost)
        }))
    })

    it.effect("many statuses are read at once, each in its place", () =>
      Effect.gen(function*() {
        const service = yield* OrderStatuses
        const [never, claimed, done] = [admission(), admission(), admission()]
        yield* service.admit([claimed], policy())
        yield* service.write([record(done, { status: "COMPLETED" })])
        expect(yield* service.readAll([done, never, claimed, done].map(({ requestId }) => requestId))).toEqual([
          { _tag: "Kept", record: record(done, { status: "COMPLETED" }) },
          { _tag: "Unknown" },
          leased(claimed),
          { _tag: "Kept", record: record(done, { status: "COMPLETED" }) }
        ])
        expect(yield* service.readAll([])).toEqual([])
      }))

    it.effect("a request that never came has no status", () =>
      Effect.gen(function*() {
        expect(yield* lookup(admission())).toEqual({ _tag: "Unknown" })
      }))
  })
