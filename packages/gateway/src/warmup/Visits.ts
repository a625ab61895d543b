/** What a gateway is asked while it warms up: what a sale consists of. Pure. */
import * as MadeUp from "@flash-sale/domain/ports/MadeUp"

export interface Visit {
  /** The request as it is on the wire. */
  readonly request: string
  /** The status that answers it. */
  readonly status: number
}

const HOST = "host: warm-up"

const post = (n: number, itemId: string, status: number): Visit => {
  const body = JSON.stringify({ request_id: `new-${n}`, user_id: `u-${n}`, item_id: itemId, amount: 1 })
  const head = ["POST /buy HTTP/1.1", HOST, "content-type: application/json", `content-length: ${body.length}`]
  return { request: `${head.join("\r\n")}\r\n\r\n${body}`, status }
}
const get = (path: string): Visit => ({ request: `GET ${path} HTTP/1.1\r\n${HOST}\r\n\r\n`, status: 200 })

/** Of so many visits in a row half are orders that are accepted, and the others are of each other kind. */
const KINDS: ReadonlyArray<(n: number) => Visit> = [
  (n) => post(n, MadeUp.item, 202),
  (n) => post(n, MadeUp.item, 202),
  (n) => post(n, MadeUp.item, 202),
  (n) => post(n, MadeUp.soldOutItem, 410),
  (n) => get(`/orders/${MadeUp.KNOWN}${n}`),
  () => get(`/items/${MadeUp.item}`)
]

/** The nth visit. */
export const visit = (n: number): Visit => KINDS[n % KINDS.length]!(n)
