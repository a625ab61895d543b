/** Who holds which endpoint, turn by turn. */
import { assert, describe, it } from "@effect/vitest"
import * as Shares from "@flash-sale/infra/archive/webhooks/Shares"
import { Effect, Schema } from "effect"

const LEASE = 10_000

/** Endpoints, and instances that have their turns by one clock. */
const world = (names: ReadonlyArray<string>) => {
  let leases: ReadonlyArray<Shares.Lease> = names.map((name) => ({
    name,
    holder: undefined,
    heldUntil: 0,
    askedBy: undefined,
    askedAt: 0
  }))
  let now = 1_000_000
  const change = (which: ReadonlyArray<string>, to: Partial<Shares.Lease>) => {
    leases = leases.map((lease) => which.includes(lease.name) ? { ...lease, ...to } : lease)
  }
  return {
    pass: (millis: number) => void (now += millis),
    heldBy: (holder: string) => leases.filter((lease) => lease.holder === holder).map(({ name }) => name),
    free: () => leases.filter((lease) => Shares.isFree(lease, { now, leaseMillis: LEASE })).map(({ name }) => name),
    turn: (holder: string, wanted: ReadonlyArray<string> = names, asks = true) => {
      const heldUntil = now + LEASE
      const instance = { holder, wanted: new Set(wanted), now, leaseMillis: LEASE }
      const { ask, giveUp, handOver, hold } = Shares.decide(leases, instance)
      change(giveUp, { holder: undefined, heldUntil: 0 })
      change(hold, { holder, heldUntil })
      for (const { name, to } of handOver) change([name], { holder: to, heldUntil })
      if (asks && ask !== undefined) change([ask], { askedBy: holder, askedAt: now })
      return hold
    }
  }
}

const SIX = ["a", "b", "c", "d", "e", "f"]
/** Some of them; all more often than by chance. */
const Names = Schema.Union([Schema.Array(Schema.Literals(SIX)), Schema.Tuple(SIX.map((name) => Schema.Literal(name)))])
const upTo = (most: number) => Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: most }))

describe("Endpoints", () => {
  it("of one file are all held, whatever another instance wants", () => {
    const { turn } = world(["x", "y"])
    turn("one")
    turn("other", [])
    assert.deepStrictEqual(turn("one"), ["x", "y"])
    turn("other", ["z"])
    assert.deepStrictEqual(turn("one"), ["x", "y"])
  })

  it("are held in spite of instances that die before they may ask", () => {
    const { heldBy, pass, turn } = world(SIX)
    turn("one")
    for (let life = 0; life < 30; life++) {
      turn(`ghost-${life}`, SIX, false)
      pass(1_000)
      assert.deepStrictEqual([turn("one"), heldBy("one")], [SIX, SIX])
    }
  })

  it("of who has died are free after its lease", () => {
    const { heldBy, pass, turn } = world(SIX)
    turn("dead")
    pass(LEASE - 1)
    assert.deepStrictEqual(turn("one"), [])
    pass(1)
    assert.deepStrictEqual([turn("one"), heldBy("one")], [SIX, SIX])
  })

  it("are handed over one at a time, while they are asked for", () => {
    const { heldBy, pass, turn } = world(SIX)
    turn("one")
    assert.deepStrictEqual([turn("two"), heldBy("one")], [[], SIX])
    assert.strictEqual(turn("one").length, 5)
    assert.deepStrictEqual([turn("two").length, turn("one").length, turn("two").length], [1, 4, 2])
    turn("ghost")
    pass(3_000)
    assert.strictEqual(turn("one").length, 4)
    for (const who of Array.from({ length: 10 }, () => ["one", "two"]).flat()) turn(who)
    assert.deepStrictEqual([heldBy("one").length, heldBy("two").length], [3, 3])
  })

  it("whose lease another clock has given are free", () => {
    const { pass, turn } = world(["x"])
    turn("one")
    pass(-3_600_000)
    assert.deepStrictEqual(turn("two"), ["x"])
  })

  it.effect.prop(
    "are all held after a while by those who want them, evenly where they want the same, and nothing moves then",
    {
      wants: Schema.Array(Names).check(Schema.isBetweenLength(1, 5)),
      before: Schema.Array(Schema.Tuple([upTo(9), Names, upTo(12_000)]))
    },
    ({ before, wants }) =>
      Effect.sync(() => {
        const { free, heldBy, pass, turn } = world(SIX)
        for (const [who, wanted, millis] of before) {
          turn(`before-${who}`, wanted)
          pass(millis)
        }
        const round = () => {
          wants.forEach((wanted, who) => turn(`${who}`, wanted))
          pass(1_000)
          return wants.map((_, who) => heldBy(`${who}`).join())
        }
        for (let turns = 0; turns < 40; turns++) round()
        const settled = round()
        const wanted = new Set(wants.flat())
        assert.deepStrictEqual(free(), SIX.filter((name) => !wanted.has(name)))
        wants.forEach((own, who) => assert.includeMembers([...own], heldBy(`${who}`)))
        if (wants.every((own) => own.length === SIX.length)) {
          const loads = wants.map((_, who) => heldBy(`${who}`).length)
          assert.isAtMost(Math.max(...loads) - Math.min(...loads), 1)
        }
        assert.deepStrictEqual(round(), settled)
      })
  )
})
