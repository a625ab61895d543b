/** What is read of the entries that a hand changed in Redis, and what is not. */
import { describe, expect, it } from "@effect/vitest"
import { ItemId, UserId } from "@flash-sale/domain/records/Ids"
import { PartitionId } from "@flash-sale/domain/records/Partition"
import type { HeldOrder, Rejected } from "@flash-sale/domain/rules/Item"
import { damaged, type Stored } from "@flash-sale/domain/rules/ItemDump"
import * as RedisItemDump from "@flash-sale/infra/redis/RedisItemDump"
import * as EntryText from "@flash-sale/infra/redis/wire/EntryText"

const order: HeldOrder = {
  state: "held",
  userId: UserId.make("u-1"),
  amount: 2,
  attempt: 1,
  placedAtOffset: 7,
  countsAgainstLimit: false,
  price: undefined,
  currency: undefined,
  reason: undefined
}

describe("An entry in Redis", () => {
  it("of an order is read where every word can be right", () => {
    expect(EntryText.order("held u-1 2 1 7 - - - -")).toEqual(order)
    expect(EntryText.order("released u-1 2 1 7 capped 499 EUR declined")).toEqual({
      ...order,
      state: "released",
      countsAgainstLimit: true,
      price: 499,
      currency: "EUR",
      reason: "declined"
    })
    for (
      const text of [
        "",
        "held",
        "lost u-1 2 1 7 - - - -",
        "held u/1 2 1 7 - - - -",
        "held u-1 two 1 7 - - - -",
        "held u-1 02 1 7 - - - -",
        "held u-1 2 1 7 maybe - - -",
        "held u-1 2 1 7 - cheap EUR -",
        "held u-1 2 1 7 - - - bored",
        "held u-1 2 1 7 - - - - -"
      ]
    ) {
      expect(EntryText.order(text), text).toBeUndefined()
    }
  })

  it("of a rejected id is a score that has a reason", () => {
    expect(EntryText.rejected("17")).toEqual({ n: 2, reason: "sold_out" })
    for (const text of ["16", "23", "x", "17.5", ""]) expect(EntryText.rejected(text), text).toBeUndefined()
  })

  it("of an answer that is not published may name no order", () => {
    const answer = { requestId: undefined, state: "unreadable", reason: undefined, attempt: 1 }
    expect(EntryText.unpublished("unreadable - 1 ")).toEqual(answer)
    expect(EntryText.unpublished("unreadable - 3 r 1")).toEqual({ ...answer, attempt: 3, requestId: "r 1" })
    expect(EntryText.unpublished("turned sold_out 1 r")).toEqual({
      ...answer,
      requestId: "r",
      state: "rejected",
      reason: "sold_out"
    })
    for (
      const text of ["", "unreadable", "unreadable - 1", "unreadable sold_out 1 r", "unreadable x 1 r", "held - 1 r"]
    ) {
      expect(EntryText.unpublished(text), text).toBeUndefined()
    }
  })

  it("that is damaged keeps its text, and the others are read", () => {
    const meta = ["available", "many", "held", "1", "paused", "2", "price", "1e3", "pos:3", "nowhere", "left", "0"]
    const { damages, dump, position } = RedisItemDump.of(PartitionId.make(3), ItemId.make("shoes"), [
      ["", 1],
      ["", "0"],
      ["", meta],
      ["", ["a", "held u-1 2 1 7 - - - -", "b", "?"]],
      ["", ["9", "?"]],
      ["", ["c", "17", "d", "16"]],
      ["", ["u-1", "2", "u-2", "few"]],
      ["WRONGTYPE"]
    ])
    expect(dump).toEqual({
      head: {
        available: damaged("many"),
        held: 1,
        sold: 0,
        stocked: 0,
        seq: 0,
        rules: 1,
        rejectedCount: 0,
        commandCount: 0,
        opensAt: undefined,
        closesAt: undefined,
        perUserLimit: undefined,
        paused: damaged("2"),
        price: damaged("1e3"),
        currency: undefined,
        position: damaged("nowhere")
      },
      orders: new Map<string, Stored<HeldOrder>>([["a", order], ["b", damaged("?")]]),
      rejected: new Map<string, Stored<Rejected>>([["c", { n: 2, reason: "sold_out" }], ["d", damaged("16")]]),
      buyers: new Map<string, Stored<number>>([["u-1", 2], ["u-2", damaged("few")]]),
      commands: new Map(),
      unpublished: new Map([["9", damaged("?")]])
    })
    expect(position).toBe(-1)
    expect(damages).toEqual(["the key {inventory:shoes}:commands: WRONGTYPE"])
  })
})
