/** The requests of a gateway that warms up: those that a sale consists of. Pure. */
import * as MadeUp from "@flash-sale/infra/warmup/MadeUp"

export interface WarmUpRequest {
  /** The request as it is on the wire. */
  readonly text: string
  /** The status that answers it. */
  readonly status: number
}

/** An address, which every gateway answers to, whatever HTTP_ALLOWED_HOSTS names. */
const HOST = "host: 127.0.0.1"

const post = (n: number, itemId: string, status: number): WarmUpRequest => {
  const body = JSON.stringify({ request_id: `new-${n}`, user_id: `u-${n}`, item_id: itemId, amount: 1 })
  const head = ["POST /buy HTTP/1.1", HOST, "content-type: application/json", `content-length: ${body.length}`]
  return { text: `${head.join("\r\n")}\r\n\r\n${body}`, status }
}
const get = (path: string): WarmUpRequest => ({ text: `GET ${path} HTTP/1.1\r\n${HOST}\r\n\r\n`, status: 200 })

/** Of so many requests in a row half are orders that are accepted, and the others are of each other kind. */
const KINDS: ReadonlyArray<(n: number) => WarmUpRequest> = [
  (n) => post(n, MadeUp.item, 202),
  (n) => post(n, MadeUp.item, 202),
  (n) => post(n, MadeUp.item, 202),
  (n) => post(n, MadeUp.soldOutItem, 410),
  (n) => get(`/orders/${MadeUp.KNOWN}${n}`),
  () => get(`/items/${MadeUp.item}`)
]

/** The nth request. */
export const at = (n: number): WarmUpRequest => KINDS[n % KINDS.length]!(n)
