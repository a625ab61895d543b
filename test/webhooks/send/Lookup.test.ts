/** Names that are looked up, by whoever knows them. */
import { assert, describe, it } from "@effect/vitest"
import * as Lookup from "@flash-sale/webhooks/send/Lookup"
import type { LookupAddress } from "node:dns"
import type { LookupFunction } from "node:net"

const GOOD: LookupAddress = { address: "203.0.113.7", family: 4 }
type Done = Parameters<Lookup.Resolve>[2]

/** Keeps who waits for an answer, by name. */
const waiting = () => {
  const asked: Array<{ readonly name: string; readonly done: Done }> = []
  const resolve: Lookup.Resolve = (name, _, done) => void asked.push({ name, done })
  return { asked, resolve }
}

const ask = (lookup: LookupFunction, name: string, options: object = {}) =>
  new Promise<unknown>((resolve) => lookup(name, options, (error, ...found) => resolve(error ?? found)))

describe("Looking up", () => {
  it("asks once for a name that several want, so that a slow one keeps no thread from others", async () => {
    const { asked, resolve } = waiting()
    const lookup = Lookup.shared(resolve)
    const all = [
      ...Array.from({ length: 16 }, () => ask(lookup, "slow.example")),
      ask(lookup, "slow.example", { all: true }),
      ask(lookup, "shop.example")
    ]
    assert.deepStrictEqual(asked.map(({ name }) => name), ["slow.example", "shop.example"])
    for (const { done } of asked) done(null, [GOOD])
    const one = [GOOD.address, GOOD.family]
    assert.deepStrictEqual(await Promise.all(all), [...Array.from({ length: 16 }, () => one), [[GOOD]], one])
    void ask(lookup, "slow.example")
    assert.strictEqual(asked.length, 3)
  })

  it("tells all that wait what went wrong, and asks anew then", async () => {
    const { asked, resolve } = waiting()
    const lookup = Lookup.shared(resolve)
    const all = [ask(lookup, "shop.example"), ask(lookup, "shop.example")]
    const error = Object.assign(new Error("away"), { code: "EAI_AGAIN" })
    asked[0]!.done(error, [])
    assert.deepStrictEqual(await Promise.all(all), [error, error])
    const again = ask(lookup, "shop.example")
    asked[1]!.done(null, [])
    assert.match(String(await again), /shop\.example has no address/)
  })

  it("refuses a name of which one address leads inwards, at each look", async () => {
    const { asked, resolve } = waiting()
    const lookup = Lookup.shared(resolve, Lookup.refusalOf)
    const first = ask(lookup, "shop.example")
    asked[0]!.done(null, [{ address: "8.8.8.8", family: 4 }])
    assert.deepStrictEqual(await first, ["8.8.8.8", 4])
    const second = ask(lookup, "shop.example", { all: true })
    asked[1]!.done(null, [{ address: "8.8.8.8", family: 4 }, { address: "::ffff:10.0.0.1", family: 6 }])
    assert.match(String(await second), /::ffff:10\.0\.0\.1 is no address of the internet \(private\)/)
  })
})
