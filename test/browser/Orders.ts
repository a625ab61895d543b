/** Orders of buyers who come and go. */
import { randomUUID } from "node:crypto"

export interface Answered {
  readonly status: number
  readonly body: Readonly<Record<string, unknown>>
}

const send = async (url: string, item: string, id: string): Promise<Answered> => {
  const answer = await fetch(url, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ request_id: id, user_id: `user-${randomUUID()}`, item_id: item, amount: 1 })
  })
  return { status: answer.status, body: await answer.json() as Answered["body"] }
}

/** One unit, under a new id, or under this one. */
export const order = (url: string, item: string, id: string = randomUUID()): Promise<Answered> =>
  send(`${url}/buy`, item, id)

/** The same to be paid later. */
export const hold = (url: string, item: string, id: string): Promise<Answered> => send(`${url}/holds`, item, id)
