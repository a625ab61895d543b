/**
 * An engine of version 1 of the rules is replaced by this build while it sells, in both orders: processors first, as
 * the runbook has it, and gateways first. Holds are refused until the owner of their item's partition is new; orders
 * never.
 */
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import { until } from "../../servers/Processes.ts"
import { needed, redisServerProgram } from "../../servers/servers.ts"
import { isUnavailable } from "../../servers/Unavailable.ts"
import * as Books from "../checkout/Books.ts"
import * as Fleet from "../checkout/Fleet.ts"
import * as Shop from "../checkout/Shop.ts"
import * as Processors from "../Processors.ts"
import type * as Services from "../Services.ts"
import * as OldBuild from "./OldBuild.ts"

const TIMEOUT = 400_000
const BUILD_TIMEOUT = 300_000
const FINAL_WITHIN = 90_000
const BUYERS = { atOnce: 6, pause: 100 }
/** Orders that come between two steps of an upgrade. */
const ORDERS_BETWEEN = 60
const UPGRADING = "503 upgrading"

needed(redisServerProgram())

let old: OldBuild.OldBuild

/** Tries a hold of each item, under a new id each time. The answers, by the place of the item. */
const tryHolds = (() => {
  let round = 0
  return async ({ url }: Services.Service, seconds: number): Promise<ReadonlyArray<string>> => {
    const now = ++round
    return Promise.all(
      Fleet.ITEMS.map((item, n) => Shop.tryHold(url, { id: `try-${now}-${n}`, user: `t-${now}-${n}`, item }, seconds))
    )
  }
})()

/** Waits until so many more orders are accepted. */
const sold = async (flood: Shop.Flood, more = ORDERS_BETWEEN): Promise<void> => {
  const from = flood.accepted().length
  await until(`${more} more orders`, () => flood.accepted().length >= from + more, FINAL_WITHIN)
}

/** All that was accepted is decided by the fold as it should be, and each sale has one charge. */
const settled = async (fleet: Fleet.Fleet, orders: ReadonlyArray<Shop.Order>): Promise<Books.Books> => {
  await fleet.group.catchUp(FINAL_WITHIN)
  const books = await Books.read(fleet.kafka.address)
  const lost = orders.filter(({ id, item }) => Books.orderOf(books, item, id) === undefined)
  expect(lost, "accepted and not in the fold").toEqual([])
  await Books.sound(books, fleet.provider)
  Books.rulesFirst(books)
  await Fleet.reconciled(fleet)
  return books
}

/** With one processor of each build: a hold is taken where the owner is new, and nowhere else. */
const heldWhereNew = async (gateway: Services.Service, newOne: Services.Service): Promise<void> => {
  let taken = 0
  await until("holds are taken of all items whose owner is new", async () => {
    const before = await Fleet.partitionsOf(newOne)
    const answers = await tryHolds(gateway, 2)
    const after = await Fleet.partitionsOf(newOne)
    for (const [partition, answer] of answers.entries()) {
      if (!before.has(partition) && !after.has(partition)) expect(`${partition}: ${answer}`).toContain(UPGRADING)
    }
    taken = answers.filter((answer) => answer.startsWith("202")).length
    return before.size > 0 && taken === before.size && before.size === after.size
  })
  expect(taken).toBeLessThan(Processors.PARTITIONS)
}

/** A hold of the first item for each way in which one ends, and what it ends as. */
const ways = async (url: () => string, key: string) => {
  const orderOf = (id: string): Shop.Order => ({ id, user: `w-${id}`, item: Fleet.ITEMS[0]! })
  const hold = (id: string, seconds: number) => Shop.hold(url, orderOf(id), seconds)
  const all = [hold("confirmed", 600), hold("paid", 600), hold("cancelled", 600), hold("expired", 1)]
  expect((await Promise.all(all)).map(({ status }) => status)).toEqual([202, 202, 202, 202])
  const acts = [
    Shop.act(url, "confirmed", "confirm", {}, key),
    Shop.act(url, "paid", "paid", { reference: "ref-1" }, key),
    Shop.act(url, "cancelled", "cancel", {}, key)
  ]
  expect((await Promise.all(acts)).map(({ status }) => status)).toEqual([202, 202, 202])
}

describe("An upgrade to version 2 of the rules under load", () => {
  beforeAll(async () => {
    old = await OldBuild.make()
  }, BUILD_TIMEOUT)
  afterAll(() => old.remove())

  it("processors first, then gateways", { timeout: TIMEOUT }, async ({ skip }) => {
    if (isUnavailable(old.main)) return skip(old.main.reason)
    const fleet = await Fleet.make({ old: old.main })
    const oldOnes = [await fleet.service("old", "processor"), await fleet.service("old", "processor")] as const
    const oldGateway = await fleet.service("old", "gateway")
    await Processors.share(...oldOnes)
    await Fleet.stocked(fleet, oldGateway)
    let gateway = oldGateway
    const flood = Shop.flood(() => gateway.url, Fleet.ITEMS, { ...BUYERS, name: "a" })
    await sold(flood)
    // A gateway that has come too early refuses, and sells on.
    const newGateway = await fleet.service("new", "gateway")
    expect(await tryHolds(newGateway, 2)).toEqual(Fleet.ITEMS.map(() => UPGRADING))
    // With payments under way: the new one ends what the old one has begun.
    await oldOnes[0].killHard()
    const first = await fleet.service("new", "processor")
    await Processors.share(oldOnes[1], first)
    await sold(flood)
    await heldWhereNew(newGateway, first)
    await sold(flood)
    await Processors.stops(oldOnes[1])
    const second = await fleet.service("new", "processor")
    await Processors.share(first, second)
    await until(
      "holds are taken of all items",
      async () => (await tryHolds(newGateway, 2)).every((answer) => answer.startsWith("202"))
    )
    await sold(flood)
    gateway = newGateway
    await sold(flood)
    await oldGateway.stop()
    await ways(() => newGateway.url, fleet.key)
    expect(await flood.stop()).toEqual([])
    await until("the hold has expired", async () => (await Shop.standing(gateway.url, "expired"))?.status === "EXPIRED")
    const books = await settled(fleet, flood.accepted())
    const [item] = Fleet.ITEMS
    expect(["sold", "released"]).toContain(Books.orderOf(books, item!, "confirmed")?.state)
    expect(Books.orderOf(books, item!, "paid")).toMatchObject({ state: "sold", hold: { reference: "ref-1" } })
    expect(Books.orderOf(books, item!, "cancelled")).toMatchObject({ state: "released", reason: "cancelled" })
    expect(Books.orderOf(books, item!, "expired")).toMatchObject({ state: "released", reason: "expired" })
    process.stdout.write(`processors first: ${flood.accepted().length} orders\n`)
  })

  it("gateways first: no hold until the processor is new, and a way back until then", { timeout: TIMEOUT }, async ({
    skip
  }) => {
    if (isUnavailable(old.main)) return skip(old.main.reason)
    const fleet = await Fleet.make({ old: old.main })
    let processor = await fleet.service("old", "processor")
    const oldGateway = await fleet.service("old", "gateway")
    await Processors.share(processor)
    await Fleet.stocked(fleet, oldGateway)
    let gateway = oldGateway
    const flood = Shop.flood(() => gateway.url, Fleet.ITEMS, { ...BUYERS, name: "b" })
    await sold(flood)
    gateway = await fleet.service("new", "gateway")
    await oldGateway.stop()
    for (let round = 0; round < 5; round++) {
      await sold(flood, ORDERS_BETWEEN / 3)
      expect(await tryHolds(gateway, 2)).toEqual(Fleet.ITEMS.map(() => UPGRADING))
    }
    const isOfVersion2 = ({ _tag }: { readonly _tag: string }) => ["Hold", "Rules", "Unreadable"].includes(_tag)
    const soFar = await Books.read(fleet.kafka.address)
    expect([...soFar.values()].flatMap(({ commands }) => commands.filter(isOfVersion2))).toEqual([])
    const replace = async (build: "old" | "new") => {
      await processor.killHard()
      processor = await fleet.service(build, "processor")
      await Processors.share(processor)
      await sold(flood)
    }
    // Forth and back, with payments under way each time: each build ends what the other has begun.
    await replace("new")
    await replace("old")
    expect(await tryHolds(gateway, 2)).toEqual(Fleet.ITEMS.map(() => UPGRADING))
    await replace("new")
    await until(
      "holds are taken of all items",
      async () => (await tryHolds(gateway, 2)).every((answer) => answer.startsWith("202"))
    )
    await sold(flood)
    expect(await flood.stop()).toEqual([])
    await until("all holds have expired", async () => {
      const text = await (await fetch(`${processor.metricsUrl}/metrics`)).text()
      return [...text.matchAll(/^processor_holds_open\S* (\d+)/gm)].every(([, count]) => count === "0")
    })
    await settled(fleet, flood.accepted())
    process.stdout.write(`gateways first: ${flood.accepted().length} orders\n`)
  })
})
