/** `flash-sale load` against a running engine, with something done to the engine in the middle. */
import { expect } from "vitest"
import { flashSale } from "./Services.ts"

/** As `flash-sale load` has them. `paid` needs an api key, in the environment of the plan. */
export interface Shares {
  readonly holds: number
  readonly confirm: number
  readonly paid?: number
  readonly cancel: number
}

/** Half of the orders are holds, and some of them confirm late, are cancelled or expire. */
export const HOLDS: Shares = { holds: 0.5, confirm: 0.7, cancel: 0.1 }
/** The same, and shops take some of the money themselves. */
export const CHECKOUT: Shares = { holds: 0.6, confirm: 0.4, paid: 0.3, cancel: 0.1 }
/** Shorter than a server is away that is killed, so that holds expire meanwhile. */
const HOLD_SECONDS = 4

export interface Plan {
  readonly url: string
  readonly env: Readonly<Record<string, string>>
  readonly orders: number
  readonly items?: number
  /** Orders a second. */
  readonly rate: number
  /** Which of the orders are holds, and what becomes of these; where it is absent nobody holds. */
  readonly shares?: Shares
  /** What happens while orders come, one after the other. Each begins at its share of the answers. */
  readonly blows: ReadonlyArray<() => Promise<void>>
}

/**
 * Units that there are for each order: a little less than one asks for on average, less those that are not paid for.
 */
const UNITS_OF_ORDER = 1.3
const TIMEOUT_MILLIS = 240_000
/** How much longer each order may take than that, in milliseconds. */
const MILLIS_OF_ORDER = 5

/** The share of what happens that must find orders still coming; else the load was too short to show anything. */
const UNDER_LOAD = 0.5

/** How many orders the progress says were answered. Once all are, it tells of the calls about holds instead. */
const answered = (output: string, orders: number): number =>
  output.includes("calls about holds answered")
    ? orders
    : Number([...output.matchAll(/(\d+) of \d+ +orders answered/g)].at(-1)?.[1] ?? 0)

/**
 * Sends orders for about as many units as there are, so that every order matters to the end; then all counts must
 * balance: nothing that was accepted is missing, doubled or oversold.
 */
export const balanced = async ({ blows, env, items = 3, orders, rate, shares, url }: Plan): Promise<string> => {
  const stock = Math.ceil((orders * UNITS_OF_ORDER) / items)
  const args = [
    ...["--orders", orders, "--users", orders, "--items", items, "--stock", stock, "--rate", rate, "--url", url],
    ...(shares === undefined ? [] : ["--hold-seconds", HOLD_SECONDS]),
    ...Object.entries(shares ?? {}).flatMap(([name, share]) => [`--${name}`, share])
  ]
  const load = await flashSale(["load", ...args.map(String)], env)
  const timeout = TIMEOUT_MILLIS + orders * MILLIS_OF_ORDER
  let under = 0
  for (const [index, blow] of blows.entries()) {
    const from = (orders * (index + 1)) / (blows.length + 2)
    await load.waitFor((output) => answered(output, orders) >= from, timeout)
    if (answered(load.output(), orders) < orders) under++
    await blow()
  }
  expect(under, "blows under load").toBeGreaterThanOrEqual(blows.length * UNDER_LOAD)
  await load.waitFor((output) => /The books balance|do not balance/.test(output), timeout)
  const { code } = await load.exit
  expect(load.output()).toContain("The books balance.")
  expect(code).toBe(0)
  return load.output()
}
