/** Payments that cross and come late: what buyer, shop and operator see of them, and after a kill -9 still. */
import { expect } from "vitest"
import { until } from "../../servers/Processes.ts"
import * as Engine from "./Engine.ts"
import * as Fleet from "./Fleet.ts"
import * as Shop from "./Shop.ts"
import * as Ways from "./Ways.ts"

const [item, other] = Fleet.ITEMS as [string, string]

interface Letter {
  readonly id: string
  readonly request_id: string
  readonly reason: string
}

/** The open dead letters, as an operator lists them. */
export const letters = async (engine: Pick<Engine.Engine, "env">): Promise<ReadonlyArray<Letter>> =>
  (await Ways.type(engine, "dlq", "list", "--json", "--limit", "1000")).split("\n").filter((line) =>
    line.startsWith("{")
  ).map((line) => JSON.parse(line) as Letter)

const due = async (url: string, id: string): Promise<ReadonlyArray<string>> =>
  ((await Shop.standing(url, id))?.refund_due ?? []).map(({ reference }) => reference)

const isDue = (url: string, id: string, ...references: ReadonlyArray<string>): Promise<void> =>
  until(`${references.join()} of ${id} are due`, async () => (await due(url, id)).join() === references.join())

/** Makes every such payment. The orders of which one is due back. */
const payments = async ({ key, url }: Engine.Engine): Promise<ReadonlyArray<string>> => {
  const paid = (id: string, reference: string) => Ways.said(url, id, "paid", { reference }, key)
  // Right behind an `expire`: answered 202 where the expiry is not seen yet, and due in any case.
  await Ways.held(url, Ways.orderOf("late", item), 2)
  await until("it is over", async () => {
    const shown = await Shop.standing(url, "late")
    return shown?.status === "EXPIRED" || Date.parse(shown?.expires_at ?? "") <= Date.now()
  })
  expect(["202", "409 expired"]).toContain(await paid("late", "ref-late"))
  await Ways.becomes(url, "late", "EXPIRED")
  await isDue(url, "late", "ref-late")
  expect(await paid("late", "ref-late")).toBe("409 expired")
  // The engine charges, and the shop has taken the money too.
  await Ways.held(url, Ways.orderOf("both", item), 600)
  expect(await Ways.said(url, "both", "confirm", {})).toBe("202")
  expect(["202", "409 already_confirmed", "409 already_completed"]).toContain(await paid("both", "ref-both"))
  await Ways.becomes(url, "both", "COMPLETED")
  await isDue(url, "both", "ref-both")
  // Two references.
  await Ways.held(url, Ways.orderOf("two", item), 600)
  expect(await paid("two", "ref-1")).toBe("202")
  await Ways.becomes(url, "two", "COMPLETED")
  expect(await paid("two", "ref-2")).toBe("409 already_completed")
  expect(await paid("two", "ref-1")).toBe("202")
  await isDue(url, "two", "ref-2")
  // An order of `/buy`.
  expect((await Shop.buy(() => url, Ways.orderOf("bought", item))).status).toBe(202)
  await Ways.becomes(url, "bought", "COMPLETED")
  expect(await Ways.said(url, "bought", "confirm", {})).toBe("409 not_a_hold")
  expect(await paid("bought", "ref-bought")).toBe("409 already_completed")
  await isDue(url, "bought", "ref-bought")
  return ["late", "both", "two", "bought"]
}

export const run = async (engine: Engine.Engine): Promise<void> => {
  const owed = await payments(engine)
  // One that was turned away has paid for nothing.
  await Ways.type(engine, "stock", "set", other, "0")
  expect((await Shop.hold(() => engine.url, Ways.orderOf("turned", other), 60)).status).toBe(410)
  await engine.caughtUp()
  const found = (await letters(engine)).filter(({ reason }) => reason === "Payment Without Order")
  expect(found.map(({ request_id: id }) => id).toSorted()).toEqual(owed.toSorted())
  const isCounted = () =>
    until(
      "the gauge counts them",
      async () => await Ways.metric(engine.processor, "processor_refunds_due") === owed.length
    )
  await isCounted()
  // After kill -9 no letter is written twice.
  await engine.kill()
  await engine.caughtUp()
  expect((await letters(engine)).length).toBe(found.length)
  await isCounted()
  await Ways.type(engine, "dlq", "discard", ...found.map(({ id }) => id), "--why", "paid back", "--by", "ann")
  expect(await letters(engine)).toEqual([])
  await Engine.sound(engine)
}
