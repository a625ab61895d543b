import { expect, it } from "@effect/vitest"
import * as Plan from "@flash-sale/cli/load/Plan"
import * as Shares from "@flash-sale/cli/load/Shares"
import * as Steps from "@flash-sale/cli/load/Steps"
import { Effect } from "effect"
import { describe } from "vitest"

const options = { orders: 4_000, users: 30, items: 4, seed: 7, tokens: true }
const shares: Shares.Shares = { holds: 0.5, confirm: 0.5, paid: 0.2, cancel: 0.1, holdSeconds: 10 }

const steps = (mix: Shares.Shares, seed = 7) =>
  Effect.flatMap(Plan.make("r", 2_000, options), (plan) => Steps.make(plan, mix, seed))
const count = (all: ReadonlyArray<Steps.Step>, tag: Steps.Call["_tag"]) =>
  all.filter(({ call }) => call._tag === tag).length

describe("Steps", () => {
  it.effect("a run without holds buys, as it always has", () =>
    Effect.gen(function*() {
      const plan = yield* Plan.make("r", 2_000, options)
      expect(yield* steps(Shares.none)).toEqual(plan.map(({ at, order }) => ({ at, order, call: { _tag: "Buy" } })))
    }))

  it.effect("the orders of a run are the same whatever becomes of them", () =>
    Effect.gen(function*() {
      const plan = yield* Plan.make("r", 2_000, options)
      const mixed = (yield* steps(shares)).filter(({ call }) => !Steps.isAction(call))
      expect(mixed.map(({ at, order }) => ({ at, order }))).toEqual(plan)
    }))

  it.effect("shares are those of the orders and of the holds, and what is left expires", () =>
    Effect.gen(function*() {
      const all = yield* steps(shares)
      const holds = count(all, "Hold")
      expect(holds / options.orders).toBeCloseTo(0.5, 1)
      expect(count(all, "Buy")).toBe(options.orders - holds)
      expect(count(all, "Confirm") / holds).toBeCloseTo(0.5, 1)
      expect(count(all, "Paid") / holds).toBeCloseTo(0.2, 1)
      expect(count(all, "Cancel") / holds).toBeCloseTo(0.1, 1)
    }))

  it.effect("everything is done with one hold at the most, after it, under ids of its own", () =>
    Effect.gen(function*() {
      const all = yield* steps(shares)
      expect(all).toEqual(all.toSorted((a, b) => a.at - b.at))
      const heldAt = new Map(all.flatMap(({ at, call, order }) => call._tag === "Hold" ? [[order.requestId, at]] : []))
      const actions = all.filter(({ call }) => Steps.isAction(call))
      expect(new Set(actions.map(({ order }) => order.requestId)).size).toBe(actions.length)
      for (const { at, order } of actions) expect(at).toBeGreaterThan(heldAt.get(order.requestId) ?? Infinity)
      const references = actions.flatMap(({ call }) => call._tag === "Paid" ? [call.reference] : [])
      expect(new Set(references).size).toBe(references.length)
      for (const { call, order } of actions) {
        if (call._tag === "Confirm") expect(call.paymentToken).toBe(order.paymentToken)
      }
    }))

  it.effect("some confirm and pay too late, and nobody cancels so", () =>
    Effect.gen(function*() {
      const all = yield* steps(shares)
      const heldAt = new Map(all.flatMap(({ at, call, order }) => call._tag === "Hold" ? [[order.requestId, at]] : []))
      const late = all.filter(({ at, call, order }) =>
        Steps.isAction(call) && at > (heldAt.get(order.requestId) ?? Infinity) + shares.holdSeconds * 1_000
      )
      for (const tag of ["Confirm", "Paid"] as const) {
        expect(count(late, tag) / count(all, tag)).toBeGreaterThan(0.05)
        expect(count(late, tag) / count(all, tag)).toBeLessThan(0.15)
      }
      expect(count(late, "Cancel")).toBe(0)
    }))

  it.effect("steps are the same for the same seed, and others for another seed", () =>
    Effect.gen(function*() {
      expect(yield* steps(shares)).toEqual(yield* steps(shares))
      expect(yield* steps(shares)).not.toEqual(yield* steps(shares, 8))
    }))
})

describe("Shares", () => {
  it("shares of the holds are no more than all of them", () => {
    expect(Shares.problem(Shares.none)).toBeUndefined()
    expect(Shares.problem(shares)).toBeUndefined()
    expect(Shares.problem({ ...shares, confirm: 0.7, paid: 0.2, cancel: 0.1 })).toBeUndefined()
    expect(Shares.problem({ ...shares, confirm: 0.8 })).toBe(
      "--confirm, --paid and --cancel are shares of the holds: together 1.1, more than 1"
    )
  })

  it("shares of no holds are a mistake", () => {
    expect(Shares.problem({ ...shares, holds: 0 })).toMatch(/--holds is missing/)
  })
})
