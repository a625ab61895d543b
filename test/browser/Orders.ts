/** Orders of buyers who come and go. */
import { randomUUID } from "node:crypto"

export interface Answered {
  readonly status: number
  readonly body: Readonly<Record<string, unknown>>
}

/** One unit, under a new id, or under this one. */
export const order = async (url: string, item: string, id: string = randomUUID()): Promise<Answered> => {
  const answer = await fetch(`${url}/buy`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ request_id: id, user_id: `user-${randomUUID()}`, item_id: item, amount: 1 })
  })
  return { status: answer.status, body: await answer.json() as Answered["body"] }
}
