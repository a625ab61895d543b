/** Looking up orders and items. */
import { describe, expect, it } from "vitest"
import { make } from "../../../packages/client/src/Client.ts"
import { broken, json, refused, scripted, type Step, virtual } from "../Scripted.ts"

const against = (...steps: ReadonlyArray<Step>) => {
  const { fetch, sent } = scripted(...steps)
  return { client: make({ baseUrl: "https://engine", fetch }, virtual().timing), sent }
}
const item = { item_id: "101", available: 1, held: 2, sold: 3, sale: { paused: false }, now: "later" }

describe("order and item", () => {
  it("are what the engine says, with fields that are not known yet", async () => {
    const { client, sent } = against(broken, json(200, item), json(200, { request_id: "ä b", status: "NEW_WORD" }))
    expect(await client.item("101")).toEqual(item)
    expect(await client.order("ä b")).toEqual({ request_id: "ä b", status: "NEW_WORD" })
    expect(sent.map(({ url }) => url)).toEqual([
      "https://engine/items/101",
      "https://engine/items/101",
      "https://engine/orders/%C3%A4%20b"
    ])
  })

  it("are undefined where the engine knows none, and an error where the address is wrong", async () => {
    expect(await against(refused(404, "unknown_item", false)).client.item("101")).toBeUndefined()
    expect(await against(refused(404, "unknown_order", false)).client.order("r")).toBeUndefined()
    await expect(against(refused(404, "not_found", false)).client.order("r")).rejects.toMatchObject({
      code: "not_found"
    })
    await expect(against(() => new Response("no", { status: 404 })).client.order("r")).rejects.toMatchObject({
      code: "unexpected_answer",
      status: 404
    })
    await expect(against(json(200, { other: 1 })).client.item("101")).rejects.toMatchObject({
      code: "unexpected_answer"
    })
  })

  it("are not asked for by what cannot be an id", async () => {
    const { client, sent } = against()
    for (const id of ["", ".", "..", "\uD800"]) {
      await expect(client.order(id)).rejects.toThrow(TypeError)
      await expect(client.item(id)).rejects.toThrow(/^item_id: /)
    }
    expect(sent).toEqual([])
  })
})

describe("orders", () => {
  it("a page is asked for by what is said, and sent again where the engine has no time", async () => {
    const page = { orders: [{ request_id: "r-1", status: "COMPLETED" }], next: "a/b" }
    const busy = refused(503, "overloaded", true)
    const { client, sent } = against(busy, json(200, page), json(200, { orders: [] }))
    expect(await client.orders()).toEqual(page)
    expect(await client.orders({ user: "a|b", cursor: "a/b", limit: 7 })).toEqual({ orders: [] })
    expect(sent.map(({ url }) => url)).toEqual([
      "https://engine/orders",
      "https://engine/orders",
      "https://engine/orders?user=a%7Cb&cursor=a%2Fb&limit=7"
    ])
  })

  it("an engine without an archive, and what is no engine, are errors", async () => {
    await expect(against(refused(503, "no_archive", false)).client.orders()).rejects.toMatchObject({
      code: "no_archive"
    })
    await expect(against(json(200, { request_id: "orders" })).client.orders()).rejects.toMatchObject({
      code: "unexpected_answer"
    })
    await expect(against(refused(404, "unknown_order", false)).client.orders()).rejects.toMatchObject({ status: 404 })
  })
})
