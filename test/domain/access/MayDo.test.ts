/** The decision who may do what, for each kind of caller and each action. Over HTTP: test/gateway/CallerTable.ts. */
import { KeyName } from "@flash-sale/domain/access/ApiKey"
import { type Caller, nobody } from "@flash-sale/domain/access/Caller"
import * as MayDo from "@flash-sale/domain/access/MayDo"
import { Scope } from "@flash-sale/domain/access/Scope"
import { ItemId, UserId } from "@flash-sale/domain/records/Ids"
import { fingerprint, ownerIn } from "@flash-sale/domain/records/Order"
import { describe, expect, it } from "vitest"

const alice = UserId.make("alice")
const [item, other] = [ItemId.make("101"), ItemId.make("102")]
const key = (...scopes: ReadonlyArray<Scope>): Caller => ({ _tag: "Key", name: KeyName.make("k"), scopes })

const CALLERS = {
  nobody,
  orders: key("orders"),
  others: key("read", "stock", "sale", "refunds", "dlq"),
  admin: key("admin"),
  none: key(),
  alice: { _tag: "Buyer", userId: alice },
  bob: { _tag: "Buyer", userId: UserId.make("bob") },
  aliceForItem: { _tag: "Buyer", userId: alice, itemId: item },
  aliceForOther: { _tag: "Buyer", userId: alice, itemId: other }
} satisfies Readonly<Record<string, Caller>>

const ACTIONS = {
  use: { _tag: "UseOrders" },
  place: { _tag: "PlaceOrder", userId: alice, itemId: item },
  read: { _tag: "ReadOrder", userId: alice },
  readNobodys: { _tag: "ReadOrder", userId: undefined },
  list: { _tag: "ListOrders", userId: alice },
  listOwn: { _tag: "ListOrders", userId: undefined },
  change: { _tag: "ChangeOrder", userId: alice, itemId: item },
  paid: { _tag: "TellOfPayment" },
  operate: { _tag: "Operate", scope: "stock" },
  operateAtAll: { _tag: "Operate", scope: "any" }
} satisfies Readonly<Record<string, MayDo.Action>>

const answer = (mode: MayDo.AuthMode, caller: Caller, action: MayDo.Action): string => {
  const refusal = MayDo.refusalOf(mode, caller, action)
  expect(MayDo.mayDo(mode, caller, action)).toBe(refusal === undefined)
  return refusal === undefined ? "yes" : refusal._tag === "MissingScope" ? `wants ${refusal.scope}` : refusal._tag
}

const ROWS: Readonly<Record<keyof typeof CALLERS, ReadonlyArray<string>>> = {
  nobody: [
    ...["yes", "yes", "yes", "yes", "Unauthenticated", "Unauthenticated", "yes"],
    ...["Unauthenticated", "Unauthenticated", "Unauthenticated"]
  ],
  orders: ["yes", "yes", "yes", "yes", "yes", "yes", "yes", "yes", "wants stock", "yes"],
  others: [...Array.from({ length: 8 }, () => "wants orders"), "yes", "yes"],
  admin: Array.from({ length: 10 }, () => "yes"),
  none: [...Array.from({ length: 8 }, () => "wants orders"), "wants stock", "wants read"],
  alice: ["yes", "yes", "yes", "NotFound", "yes", "yes", "yes", "wants orders", "wants stock", "wants read"],
  bob: [
    ...["yes", "WrongUser", "NotFound", "NotFound", "WrongUser", "yes", "NotFound"],
    ...["wants orders", "wants stock", "wants read"]
  ],
  aliceForItem: ["yes", "yes", "yes", "NotFound", "yes", "yes", "yes", "wants orders", "wants stock", "wants read"],
  aliceForOther: [
    ...["yes", "WrongItem", "yes", "NotFound", "yes", "yes", "WrongItem"],
    ...["wants orders", "wants stock", "wants read"]
  ]
}

describe("MayDo", () => {
  it.each(Object.entries(ROWS))("open: %s may %j", (name, row) => {
    const caller = CALLERS[name as keyof typeof CALLERS]
    expect(Object.values(ACTIONS).map((action) => answer("open", caller, action))).toEqual(row)
  })

  it.each(Object.entries(ROWS))("required: %s is answered the same, but for nobody", (name, row) => {
    const caller = CALLERS[name as keyof typeof CALLERS]
    const found = Object.values(ACTIONS).map((action) => answer("required", caller, action))
    expect(found).toEqual(name === "nobody" ? row.map(() => "Unauthenticated") : row)
  })

  it("each scope is for its own alone, and admin for all", () => {
    for (const scope of Scope.literals) {
      const may = Scope.literals.filter((wanted) => MayDo.mayDo("open", key(scope), { _tag: "Operate", scope: wanted }))
      expect(may).toEqual(scope === "admin" ? Scope.literals : [scope])
    }
  })
})

describe("ownerIn", () => {
  it("an order's buyer is in its fingerprint, and nobody is in another text", () => {
    expect(ownerIn(fingerprint({ userId: alice, itemId: item, amount: 3 }))).toBe("alice")
    for (const text of ["", ":101:1", "alice", "a b:101:1"]) expect(ownerIn(text)).toBeUndefined()
  })
})
