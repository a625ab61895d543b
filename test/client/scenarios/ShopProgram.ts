/**
 * A shop's program, as text: it is run where the package is installed, on the Node that a test chooses. It writes a
 * line of JSON for each thing that it has seen, and ends when the item's books are those that it expects.
 */
export const SHOP_PROGRAM = `
import { createClient, FlashSaleError, isFinal, verifyWebhook } from "@flash-sale/client"
import { createHmac } from "node:crypto"
import { setTimeout as pause } from "node:timers/promises"

const [, , baseUrl, name] = process.argv
const say = (what, more = {}) => process.stdout.write(JSON.stringify({ what, ...more }) + "\\n")
const client = createClient({ baseUrl, timeoutMillis: 5_000, retry: { attempts: 40, totalMillis: 60_000 } })
const order = (number) => ({ request_id: name + "-" + number, user_id: name, item_id: "101", amount: 1 })

// A webhook, and one that is forged.
const event = JSON.stringify({ specversion: "1.0", id: "1", source: "/", type: "x", time: "t", data: {} })
const timestamp = String(Math.floor(Date.now() / 1000))
const signature = createHmac("sha256", Buffer.alloc(32)).update("1." + timestamp + "." + event).digest("base64")
const headers = { "webhook-id": "1", "webhook-timestamp": timestamp, "webhook-signature": "v1," + signature }
const verify = (body) => verifyWebhook("whsec_" + Buffer.alloc(32).toString("base64"), headers, body)
say("webhook", { id: (await verify(event)).id, forged: await verify(event + " ").catch((error) => error.code) })

// An order, its outcome, and a look at it.
const accepted = await client.buy(order(1))
const outcome = await client.waitForOrder(accepted.request_id)
const found = await client.order(accepted.request_id)
say("bought", { accepted, outcome, found, nobody: await client.order("nobody") ?? null })

// What is refused says why.
const refused = await client.buy({ ...order(2), amount: 1000 }).catch((error) => error)
say("refused", { isOurs: refused instanceof FlashSaleError, code: refused.code, status: refused.status })

// The item is followed from here on, over the death of the engine.
const sold = []
const begun = (await client.item("101")).sold
const following = (async () => {
  for await (const { item } of client.itemEvents("101")) {
    if (sold.length === 0) say("following")
    sold.push(item.sold)
    if (item.sold === begun + 3) return item
  }
})()
const statuses = []
const third = (async () => {
  await client.buy(order(3))
  for await (const { order } of client.orderEvents(name + "-3")) {
    statuses.push(order.status)
    say("status", { status: order.status })
  }
})()
// An order that is sent while nobody listens.
while (!statuses.includes("RESERVED")) await pause(20)
while (await fetch(baseUrl + "/livez").then(() => true, () => false)) await pause(20)
const fourth = client.buy(order(4))
say("away")
const { attempts } = await fourth
await third
say("decided", { statuses, isFinal: isFinal(statuses.at(-1)) })

// Repeating an order never buys twice.
const again = await client.buy(order(4)).catch((error) => error.code)
const later = [await client.waitForOrder(name + "-4")]
const { request_id } = await client.buy(order(5))
later.push(await client.waitForOrder(request_id))
const last = await following
const { sale, ...books } = await client.item("101")
say("done", { later: later.map(({ status }) => status), again, attempts, sold, begun, last: last.sold, books })
`
