/** A new item never changes one that is there already. */
import { FlashSaleError } from "@flash-sale/client"
import { expect, it } from "vitest"
import type { AdminCalls } from "../../../packages/pages/src/console/calls/AdminCalls.ts"
import { newItem } from "../../../packages/pages/src/console/items/NewItem.ts"
import type { Change, Values } from "../../../packages/pages/src/console/parts/Change.ts"

/** An engine that has the item 101, and what it was asked. */
const engine = () => {
  const asked: Array<string> = []
  const calls = {
    get: (path: string) => {
      asked.push(path)
      if (path === "/items/101") return Promise.resolve({ item_id: "101", available: 103 })
      const isBroken = path === "/items/broken"
      const refusal = isBroken ? { code: "item_stopped", status: 409 } : { code: "unknown_item", status: 404 }
      return Promise.reject(new FlashSaleError("no", refusal))
    }
  } as unknown as AdminCalls
  return { asked, change: newItem(calls, () => {}) }
}

const told = async (change: Change, values: Values) => {
  await change.preview!(new AbortController().signal, () => {}, values)
  return change.effects(values)
}

it("is refused where the id exists, with what is left and the way there", async () => {
  const { change } = engine()
  expect(await told(change, { id: " 101 ", units: "5" })).toEqual({
    kind: "missing",
    why: "101 exists, 103 left. Nothing is changed here.",
    link: { href: "#/items/101", words: "Go to 101" }
  })
})

it("begins under an id that is free and that the engine takes, and is looked up by that alone", async () => {
  const { asked, change } = engine()
  for (const id of ["", "a b", "..", "a:b", "x".repeat(101)]) {
    expect(await told(change, { id, units: "1" })).toMatchObject({ kind: "missing" })
  }
  expect(asked).toEqual([])
  expect(await told(change, { id: "mug.2", units: "1" })).toEqual({
    kind: "effects",
    lines: ["Creates mug.2 with 1 unit, which can be bought at once."]
  })
  expect(change.previewOf!({ id: "a", units: "1" })).toBe(change.previewOf!({ id: "a", units: "2" }))
})

it("is not begun where nobody knows whether the id is free", async () => {
  const { change } = engine()
  await expect(told(change, { id: "broken", units: "1" })).rejects.toMatchObject({ code: "item_stopped" })
})
