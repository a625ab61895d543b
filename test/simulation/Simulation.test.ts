/**
 * Whole processors and gateways in virtual time, in a world that loses, delays, doubles and forgets, while processors
 * are killed, frozen, stopped and started, their partitions move, and clocks are wrong. `SEED=n npx vitest run
 * test/simulation` runs one history and shows its trace where it fails; `FULL=1` runs many, `SEEDS=n` the first n.
 */
import { assert, describe, it } from "@effect/vitest"
import { Exit } from "effect"
import * as History from "./History.ts"
import * as VirtualTime from "./VirtualTime.ts"

const one = process.env["SEED"]
const count = Number(process.env["SEEDS"] ?? (process.env["FULL"] === undefined ? 40 : 5_000))
const seeds = one === undefined ? Array.from({ length: count }, (_, seed) => seed + 1) : [Number(one)]

describe("Simulation", () => {
  it.each(seeds)("the world of seed %i is sound", (seed) => {
    const exit = VirtualTime.run(History.of(seed))
    assert.isTrue(Exit.isSuccess(exit), String(exit))
    if (Exit.isFailure(exit)) return
    const { problems, trace } = exit.value
    assert.deepStrictEqual(problems, [], [`replay with SEED=${seed}`, ...(one === undefined ? [] : trace)].join("\n"))
  })
})
