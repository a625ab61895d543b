/** What is read of the entries that a hand changed in Redis, and what is not. */
import { describe, expect, it } from "@effect/vitest"
import { PaymentReference } from "@flash-sale/domain/records/checkout/Reference"
import { CorrelationId, ItemId, UserId } from "@flash-sale/domain/records/Ids"
import { PartitionId } from "@flash-sale/domain/records/Partition"
import type { HeldOrder, Rejected } from "@flash-sale/domain/rules/Item"
import { damaged, type Stored } from "@flash-sale/domain/rules/ItemDump"
import * as RedisItemDump from "@flash-sale/infra/redis/RedisItemDump"
import * as CheckoutText from "@flash-sale/infra/redis/wire/CheckoutText"
import * as EntryText from "@flash-sale/infra/redis/wire/EntryText"
import * as HistorySeeds from "../../domain/HistorySeeds.ts"

const order: HeldOrder = {
  state: "held",
  userId: UserId.make("u-1"),
  amount: 2,
  attempt: 1,
  placedAtOffset: 7,
  countsAgainstLimit: false,
  price: undefined,
  currency: undefined,
  reason: undefined,
  hold: undefined
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
        "held u-1 2 1 7 - - - - -",
        "held u-1 2 1 7 - - - - - ref",
        "held u-1 2 1 7 - - - - 08 -",
        "held u-1 2 1 7 - - - - 8 a%",
        "held u-1 2 1 7 - - - - 8 a b",
        "held u-1 2 1 7 - - - - 8 %61"
      ]
    ) {
      expect(EntryText.order(text), text).toBeUndefined()
    }
  })

  it("of an order that began as a hold has two words more", () => {
    const hold = (confirmedAtOffset?: number, reference?: string) => ({ hold: { confirmedAtOffset, reference } })
    const line = (state: string, more: string) => EntryText.order(`${state} u-1 2 1 7 - - - ${more}`)
    expect(line("open", "- - -")).toEqual({ ...order, state: "open", ...hold() })
    expect(line("held", "- 8 -")).toEqual({ ...order, ...hold(8) })
    expect(line("refunded", "restocked 8 a%20b")).toEqual({
      ...order,
      state: "refunded",
      reason: "restocked",
      ...hold(8, "a b")
    })
    for (const text of ["-", "a b", "%2D", "é/𝄞*", "x".repeat(200)]) {
      const word = CheckoutText.referenceWord(PaymentReference.make(text))
      expect(word).toMatch(/^[^ ]+$/)
      expect(word).not.toBe("-")
      expect(line("sold", `- 8 ${word}`)).toEqual({ ...order, state: "sold", ...hold(8, text) })
    }
  })

  it("of an open order and of payments that are due is read where every word can be right", () => {
    const traceparent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
    expect(CheckoutText.open("5000 c")).toEqual({ dueAt: 5_000, correlationId: "c" })
    const uuid = "0af76519-16cd-43dd-8448-eb211c80319c"
    expect(CheckoutText.open("5000~CvdlGRbNQ92ESOshHIAxnA")).toEqual({ dueAt: 5_000, correlationId: uuid })
    for (const correlationId of [uuid, uuid.toUpperCase(), "-", "a:b_c.d"].map((id) => CorrelationId.make(id))) {
      for (const one of [{ correlationId }, { correlationId, traceparent }]) {
        expect(CheckoutText.open(`7${CheckoutText.trace(one)}`)).toEqual({ dueAt: 7, ...one })
        expect(CheckoutText.notes(one)).toBe(CheckoutText.trace(one))
        for (const metadata of HistorySeeds.metadata) {
          const noted = metadata === undefined ? one : { ...one, metadata }
          expect(CheckoutText.open(`7${CheckoutText.notes(noted)}`)).toEqual({ dueAt: 7, ...noted })
        }
      }
    }
    expect(CheckoutText.open(`- - ${traceparent}`)).toEqual({ dueAt: undefined, correlationId: "-", traceparent })
    for (
      const text of [
        "",
        "5000",
        "5000 ",
        "5000  c",
        "x c",
        "5000 c -",
        "5000 c 00-1",
        "8640000000000001 c",
        "5000~c",
        "5000~CvdlGRbNQ92ESOshHIAxnB",
        `5000 ${uuid}`,
        "5000 c {}",
        "5000 c {\"a\": \"b\"}",
        "5000 c {\"a\":\"b\"} ",
        "5000 c {\"a\":\"b\"",
        "5000 {\"a\":\"b\"}",
        `5000 c {"a":"b"} ${traceparent}`
      ]
    ) {
      expect(CheckoutText.open(text), text).toBeUndefined()
    }
    expect(CheckoutText.dues("7 a * 9 %2D -")).toEqual([
      { offset: 7, reference: "a", userId: undefined },
      { offset: 9, reference: "-", userId: "-" }
    ])
    for (const text of ["", "7 a", "7 a u/1", "x a *", "7 - *", "7 a * 9", "7 a *  "]) {
      expect(CheckoutText.dues(text), text).toBeUndefined()
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
      ["WRONGTYPE"],
      ["", ["a", "5000 c", "b", "soon"]],
      ["", ["a", "7 ref *", "b", "7"]]
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
        refused: {},
        commandCount: 0,
        opensAt: undefined,
        closesAt: undefined,
        perUserLimit: undefined,
        paused: damaged("2"),
        price: damaged("1e3"),
        currency: undefined,
        holdSeconds: undefined,
        maxHoldSeconds: undefined,
        position: damaged("nowhere")
      },
      orders: new Map<string, Stored<HeldOrder>>([["a", order], ["b", damaged("?")]]),
      rejected: new Map<string, Stored<Rejected>>([["c", { n: 2, reason: "sold_out" }], ["d", damaged("16")]]),
      buyers: new Map<string, Stored<number>>([["u-1", 2], ["u-2", damaged("few")]]),
      commands: new Map(),
      open: new Map<string, unknown>([["a", { dueAt: 5_000, correlationId: "c" }], ["b", damaged("soon")]]),
      refundsDue: new Map<string, unknown>([
        ["a", [{ offset: 7, reference: "ref", userId: undefined }]],
        ["b", damaged("7")]
      ]),
      unpublished: new Map([["9", damaged("?")]])
    })
    expect(position).toBe(-1)
    expect(damages).toEqual(["the key {inventory:shoes}:commands: WRONGTYPE"])
  })
})
