/** The nth order of a long run. Pure. */
import { scattered } from "../Client.ts"

const USERS = 1_000_000
const DIGITS = 12
const HEAD = "POST /buy HTTP/1.1\r\nhost: bench\r\ncontent-type: application/json\r\n"

export const itemOf = (item: number): string => `item-${item}`

/** As long as the ids that clients draw. */
const idOf = (n: number): string => `${scattered(n)}-7b41-4c3d-9a60-${String(n).padStart(DIGITS, "0")}`

/** The order as an HTTP request: one unit, of each item in turn. */
export const requestOf = (n: number, items: number): string => {
  const body = `{"request_id":"${idOf(n)}","user_id":"u-${n % USERS}","item_id":"${itemOf(n % items)}","amount":1}`
  return `${HEAD}content-length: ${body.length}\r\n\r\n${body}`
}
