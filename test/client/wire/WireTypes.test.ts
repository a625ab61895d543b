/**
 * The client's types against the API's schemas. Each assignment is checked by `npm run check:types`: what the engine
 * sends is what the client says it gets, what the client sends is what the engine takes, and each word of the API is
 * one that the client knows.
 */
import type * as Errors from "@flash-sale/domain/api/Errors"
import type * as HttpProblems from "@flash-sale/domain/api/HttpProblems"
import type { ItemView } from "@flash-sale/domain/api/ItemsApi"
import type { ItemCounts as EngineCounts } from "@flash-sale/domain/api/LiveApi"
import type { OrderQueued, OrderView } from "@flash-sale/domain/api/OrdersApi"
import type { OrderMoved } from "@flash-sale/domain/ports/LiveEvents"
import type { Order as EngineOrder } from "@flash-sale/domain/records/Order"
import * as OrderStatus from "@flash-sale/domain/records/OrderStatus"
import { expect, expectTypeOf, it } from "vitest"
import * as Client from "../../../packages/client/src/main.ts"

/** The bodies of all refusals. */
type Refused =
  | typeof Errors.InvalidRequest.Encoded
  | typeof Errors.SaleClosed.Encoded
  | typeof Errors.LimitReached.Encoded
  | typeof Errors.UnknownItem.Encoded
  | typeof Errors.UnknownOrder.Encoded
  | typeof Errors.DuplicateRequest.Encoded
  | typeof Errors.SoldOut.Encoded
  | typeof Errors.RequestIdReused.Encoded
  | typeof Errors.RateLimited.Encoded
  | typeof Errors.Unavailable.Encoded
  | typeof Errors.InternalError.Encoded
  | typeof HttpProblems.Problem.Encoded

it("what the engine sends is what the client says it gets", () => {
  expectTypeOf<typeof OrderView.Encoded>().toExtend<Client.OrderStanding>()
  expectTypeOf<typeof OrderMoved.Encoded>().toExtend<Client.OrderChange>()
  expectTypeOf<typeof ItemView.Encoded>().toExtend<Client.ItemStanding>()
  expectTypeOf<typeof EngineCounts.Encoded>().toExtend<Client.ItemCounts>()
  // Buying adds what the client knows, and leaves out what is for the engine's statistics.
  expectTypeOf<Omit<typeof OrderQueued.Encoded, "status">>().toExtend<Omit<Client.Accepted, "status" | "attempts">>()
})

it("what the client sends is what the engine takes", () => {
  type Named = { readonly [K in keyof Client.Order]-?: Exclude<Client.Order[K], undefined> }
  expectTypeOf<Named>().toExtend<typeof EngineOrder.Encoded>()
  expectTypeOf<keyof typeof EngineOrder.Encoded>().toEqualTypeOf<keyof Client.Order>()
})

it("each field of an answer is one that the client knows", () => {
  expectTypeOf<keyof typeof OrderView.Encoded>().toEqualTypeOf<keyof Client.OrderStanding>()
  expectTypeOf<keyof typeof ItemView.Encoded>().toEqualTypeOf<keyof Client.ItemStanding>()
  expectTypeOf<keyof (typeof ItemView.Encoded)["sale"]>().toEqualTypeOf<keyof Client.Sale>()
})

it("each word of the API is one that the client knows", () => {
  expectTypeOf<OrderStatus.OrderStatus>().toEqualTypeOf<Client.KnownOrderStatus>()
  expectTypeOf<Refused["code"]>().toEqualTypeOf<Client.EngineErrorCode>()
})

it("the client calls those statuses final that the engine does", () => {
  for (const status of OrderStatus.OrderStatus.literals) {
    expect([status, Client.isFinal(status)]).toEqual([status, OrderStatus.isFinal(status)])
  }
  expect(Client.isFinal("A_NEW_WORD")).toBe(true)
})
