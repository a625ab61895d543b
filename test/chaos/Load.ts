/** `flash-sale load` against a running engine, with something done to the engine in the middle. */
import { expect } from "vitest"
import { flashSale } from "./Services.ts"

export interface Plan {
  readonly url: string
  readonly env: Readonly<Record<string, string>>
  readonly orders: number
  readonly items?: number
  /** Orders a second. */
  readonly rate: number
  /** What happens while orders come, one after the other. Each begins at its share of the answers. */
  readonly blows: ReadonlyArray<() => Promise<void>>
}

/**
 * Units that there are for each order: a little less than one asks for on average, less those that are not paid for.
 */
const UNITS_OF_ORDER = 1.3
const TIMEOUT_MILLIS = 240_000

/** The share of what happens that must find orders still coming; else the load was too short to show anything. */
const UNDER_LOAD = 0.5

/** How many orders the progress bar says were answered. */
const answered = (output: string): number =>
  Number([...output.matchAll(/(\d+) of \d+ +orders answered/g)].at(-1)?.[1] ?? 0)

/**
 * Sends orders for about as many units as there are, so that every order matters to the end; then all counts must
 * balance: nothing that was accepted is missing, doubled or oversold.
 */
export const balanced = async ({ blows, env, items = 3, orders, rate, url }: Plan): Promise<string> => {
  const stock = Math.ceil((orders * UNITS_OF_ORDER) / items)
  const args = ["--orders", orders, "--users", orders, "--items", items, "--stock", stock, "--rate", rate, "--url", url]
  const load = await flashSale(["load", ...args.map(String)], env)
  let under = 0
  for (const [index, blow] of blows.entries()) {
    const from = (orders * (index + 1)) / (blows.length + 2)
    await load.waitFor((output) => answered(output) >= from, TIMEOUT_MILLIS)
    if (answered(load.output()) < orders) under++
    await blow()
  }
  expect(under, "blows under load").toBeGreaterThanOrEqual(blows.length * UNDER_LOAD)
  await load.waitFor((output) => /The books balance|do not balance/.test(output), TIMEOUT_MILLIS)
  const { code } = await load.exit
  expect(load.output()).toContain("The books balance.")
  expect(code).toBe(0)
  return load.output()
}
