/**
 * The client's types against the API's schemas. Each assignment is checked by `npm run check:types`: what the engine
 * sends is what the client says it gets, what the client sends is what the engine takes, and each status and field is
 * one that the client knows. Codes are compared with the document, as refusals have many schemas.
 */
import { Api } from "@flash-sale/domain/api/Api"
import type { CancelBody, ConfirmBody, PaidBody } from "@flash-sale/domain/api/checkout/CheckoutApi"
import type { ItemView } from "@flash-sale/domain/api/ItemsApi"
import type { PastOrder, PastOrders } from "@flash-sale/domain/api/lists/PastOrders"
import type { ItemCounts as EngineCounts } from "@flash-sale/domain/api/LiveApi"
import type { OrderQueued, OrderView } from "@flash-sale/domain/api/OrdersApi"
import type { OrderMoved } from "@flash-sale/domain/ports/LiveEvents"
import type { Hold as EngineHold } from "@flash-sale/domain/records/checkout/Hold"
import type { Order as EngineOrder } from "@flash-sale/domain/records/Order"
import * as OrderStatus from "@flash-sale/domain/records/OrderStatus"
import { OpenApi } from "effect/http-api"
import { expect, expectTypeOf, it } from "vitest"
import * as Client from "../../../packages/client/src/main.ts"
import { sources } from "../../../scripts/Source.ts"

interface CodeSchema {
  readonly enum?: ReadonlyArray<string>
  readonly const?: string
}

/** The words that schemas have for a property `code`, wherever it is in them. */
const codesIn = (value: unknown): ReadonlyArray<string> => {
  if (typeof value !== "object" || value === null) return []
  const { code } = value as { readonly code?: CodeSchema }
  return [...(code?.enum ?? []), ...(code?.const === undefined ? [] : [code.const])].concat(
    Object.values(value).flatMap(codesIn)
  )
}

it("what the engine sends is what the client says it gets", () => {
  expectTypeOf<typeof OrderView.Encoded>().toExtend<Client.OrderStanding>()
  expectTypeOf<typeof OrderMoved.Encoded>().toExtend<Client.OrderChange>()
  expectTypeOf<typeof ItemView.Encoded>().toExtend<Client.ItemStanding>()
  expectTypeOf<typeof EngineCounts.Encoded>().toExtend<Client.ItemCounts>()
  expectTypeOf<typeof PastOrders.Encoded>().toExtend<Client.PastOrders>()
  // Buying adds what the client knows, and leaves out what is for the engine's statistics.
  expectTypeOf<Omit<typeof OrderQueued.Encoded, "status">>().toExtend<Omit<Client.Accepted, "status" | "attempts">>()
})

it("what the client sends is what the engine takes", () => {
  type Named = { readonly [K in keyof Client.Order]-?: Exclude<Client.Order[K], undefined> }
  expectTypeOf<Named>().toExtend<typeof EngineOrder.Encoded>()
  expectTypeOf<keyof typeof EngineOrder.Encoded>().toEqualTypeOf<keyof Client.Order>()
  type Given<A> = { readonly [K in keyof A]-?: Exclude<A[K], undefined> }
  expectTypeOf<Given<Client.Hold>>().toExtend<typeof EngineHold.Encoded>()
  expectTypeOf<keyof typeof EngineHold.Encoded>().toEqualTypeOf<keyof Client.Hold>()
  expectTypeOf<Given<Client.Confirm>>().toExtend<typeof ConfirmBody.Encoded>()
  expectTypeOf<keyof typeof ConfirmBody.Encoded>().toEqualTypeOf<keyof Client.Confirm>()
  expectTypeOf<Given<Client.Paid>>().toExtend<typeof PaidBody.Encoded>()
  expectTypeOf<keyof typeof PaidBody.Encoded>().toEqualTypeOf<keyof Client.Paid>()
  expectTypeOf<keyof typeof CancelBody.Encoded>().toEqualTypeOf<keyof Client.Named>()
})

it("each field of an answer is one that the client knows", () => {
  expectTypeOf<keyof typeof OrderView.Encoded>().toEqualTypeOf<keyof Client.OrderStanding>()
  expectTypeOf<keyof typeof PastOrder.Encoded>().toEqualTypeOf<keyof Client.PastOrder>()
  expectTypeOf<keyof typeof PastOrders.Encoded>().toEqualTypeOf<keyof Client.PastOrders>()
  expectTypeOf<keyof typeof OrderMoved.Encoded>().toEqualTypeOf<keyof Client.OrderChange>()
  expectTypeOf<keyof typeof ItemView.Encoded>().toEqualTypeOf<keyof Client.ItemStanding>()
  expectTypeOf<keyof (typeof ItemView.Encoded)["sale"]>().toEqualTypeOf<keyof Client.Sale>()
})

it("each status of the API is one that the client knows", () => {
  expectTypeOf<OrderStatus.OrderStatus>().toExtend<Client.KnownOrderStatus>()
})

it("each code of the API's document is one that the client knows", () => {
  const codes = new Set(codesIn(OpenApi.fromApi(Api).components.schemas))
  expect([...codes]).toEqual(
    expect.arrayContaining(["sold_out", "outcome_unknown", "not_open", "expired", "upgrading"])
  )
  const [{ text } = { text: "" }] = sources("packages/client/src/wire/ErrorCode.ts")
  const known = Array.from(text.matchAll(/"(\w+)"/g), ([, word]) => word)
  expect([...codes].filter((code) => !known.includes(code))).toEqual([])
})

it("the client calls those statuses final that the engine does", () => {
  for (const status of OrderStatus.OrderStatus.literals) {
    expect([status, Client.isFinal(status)]).toEqual([status, OrderStatus.isFinal(status)])
  }
  expect(Client.isFinal("A_NEW_WORD")).toBe(true)
})
