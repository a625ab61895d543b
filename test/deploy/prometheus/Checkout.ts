/** A hold that does not end, a refund that waits for its provider, and money that is to be paid back. */
import { setTimeout as delay } from "node:timers/promises"
import { fileURLToPath } from "node:url"
import { expect } from "vitest"
import * as Services from "../../chaos/Services.ts"
import { until } from "../../servers/Processes.ts"

/** A processor with this holds units for two minutes longer, once `setBack` has set its clock. */
export const LATE_CLOCK = {
  NODE_OPTIONS: `--import=${fileURLToPath(new URL("../../chaos/SteppingDate.ts", import.meta.url))}`,
  CLOCK_STEPS: "-120000"
}
/** The wait from one order to the next, by which a processor learns what time it is. */
const ORDER_EVERY_MILLIS = 2_000

export interface Checkout {
  readonly gateway: Services.Service
  /** Of the engine, with the file of the keys. */
  readonly env: Readonly<Record<string, string>>
  readonly itemId: string
}

const JSON_TYPE = { "content-type": "application/json" }

/** A call to the gateway, and the status of its answer. */
const post = async ({ gateway }: Checkout, path: string, body: object, key?: string): Promise<number> => {
  const headers = key === undefined ? JSON_TYPE : { ...JSON_TYPE, authorization: `Bearer ${key}` }
  const answer = await fetch(`${gateway.url}${path}`, { method: "POST", headers, body: JSON.stringify(body) })
  await answer.text()
  return answer.status
}

const buyer = (requestId: string, { itemId }: Checkout) => ({
  request_id: requestId,
  user_id: `u-${requestId}`,
  item_id: itemId,
  amount: 1
})

const untilStatus = ({ gateway }: Checkout, requestId: string, words: string): Promise<void> =>
  until(
    `${requestId} is ${words}`,
    async () => (await (await fetch(`${gateway.url}/orders/${requestId}`)).text()).includes(words)
  )

/** One order, which is paid for. */
export const buy = async (checkout: Checkout, requestId: string): Promise<void> => {
  expect(await post(checkout, "/buy", buyer(requestId, checkout))).toBe(202)
  await untilStatus(checkout, requestId, "COMPLETED")
}

/** The shop tells of its payment only when the hold is over. */
export const payTooLate = async (checkout: Checkout, requestId: string): Promise<void> => {
  expect(await post(checkout, "/holds", { ...buyer(requestId, checkout), hold_seconds: 1 })).toBe(202)
  await untilStatus(checkout, requestId, "EXPIRED")
  const key = await Services.apiKey("orders", checkout.env)
  await until(
    "the key counts",
    async () => await post(checkout, `/orders/${requestId}/paid`, { reference: `ref-${requestId}` }, key) !== 401
  )
  await untilStatus(checkout, requestId, "refund_due")
}

/** A person has paid back all that is due. */
export const payBack = async ({ env }: Checkout): Promise<void> => {
  const { output } = await Services.run(["dlq", "list", "--json", "--reason", "payment-without-order"], env)
  const ids = output.split("\n").filter((line) => line !== "").map((line): string => JSON.parse(line).id)
  expect(ids).toHaveLength(1)
  expect(await Services.run(["dlq", "discard", ...ids, "--why", "paid back"], env)).toMatchObject({ code: 0 })
}

/** The money of this order goes back, once the provider has answered. */
export const refund = async ({ env }: Checkout, requestId: string, ...more: ReadonlyArray<string>): Promise<void> => {
  const refund = ["order", "refund", requestId, "--restock", "--reason", "came back", ...more]
  expect(await Services.run(refund, env)).toMatchObject({ code: 0 })
}

/** The clock of a processor goes two minutes back. */
export const setBack = (processor: Services.Service): void => void process.kill(processor.pid(), "SIGUSR2")

/** Where it has, a hold is over that it takes for open. Orders go on until `isFiring` is over. */
export const holdTooLong = async (checkout: Checkout, requestId: string, isFiring: Promise<void>): Promise<void> => {
  let isOver = false
  const over = () => void (isOver = true)
  const watched = isFiring.then(over, over)
  for (let order = 0; !isOver; order++) {
    expect(await post(checkout, "/holds", { ...buyer(`${requestId}-${order}`, checkout), hold_seconds: 1 })).toBe(202)
    await Promise.race([watched, delay(ORDER_EVERY_MILLIS)])
  }
  await isFiring
}
