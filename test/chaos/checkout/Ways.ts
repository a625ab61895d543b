/** What the scenarios of a checkout share: waiting for a status, commands, and what a processor counts. */
import { expect } from "vitest"
import { until } from "../../servers/Processes.ts"
import * as Services from "../Services.ts"
import type { Fleet } from "./Fleet.ts"
import * as Shop from "./Shop.ts"

const WITHIN = 90_000
/** A holder of the API's item for a test of one item. */
export const orderOf = (id: string, item: string): Shop.Order => ({ id, user: `u-${id}`, item })

/** Waits until the order's status is one of these, and says how it stands. */
export const becomes = async (url: string, id: string, ...wanted: ReadonlyArray<string>): Promise<Shop.Standing> => {
  let last: Shop.Standing | undefined
  await until(`${id} is ${wanted.join(" or ")}`, async () => {
    last = await Shop.standing(url, id)
    return last !== undefined && wanted.includes(last.status)
  }, WITHIN).catch((error: unknown) => {
    throw new Error(`${String(error)}: ${JSON.stringify(last)}`, { cause: error })
  })
  return last!
}

/** Holds a unit, and waits until it is held. */
export const held = async (url: string, order: Shop.Order, seconds: number): Promise<Shop.Standing> => {
  const { status, text } = await Shop.hold(() => url, order, seconds)
  expect(status, text).toBe(202)
  return becomes(url, order.id, "RESERVED")
}

/** The answer to one call, such as "202" or "409 expired". */
export const said = async (
  url: string,
  id: string,
  action: Shop.Action,
  body: object = {},
  key?: string
): Promise<string> => {
  const { code, status } = await Shop.act(() => url, id, action, body, key)
  return `${status} ${code ?? ""}`.trim()
}

/** A command that must do well. What it prints. */
export const type = async ({ env }: Pick<Fleet, "env">, ...words: ReadonlyArray<string>): Promise<string> => {
  const { code, output } = await Services.run(words, env)
  expect(code, `flash-sale ${words.join(" ")}: ${output}`).toBe(0)
  return output
}

/** The sum of a metric over its series. */
export const metric = async ({ metricsUrl }: Services.Service, name: string): Promise<number> => {
  const text = await (await fetch(`${metricsUrl}/metrics`)).text()
  return [...text.matchAll(new RegExp(`^${name}(?:\\{[^}]*\\})? (\\S+)$`, "gm"))]
    .reduce((sum, [, value]) => sum + Number(value), 0)
}
