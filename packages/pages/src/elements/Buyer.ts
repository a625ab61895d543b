/** Who buys in this window. */
import { newRequestId } from "@flash-sale/client"
import { guest, type Kept, windowStorage } from "../order/OrderMemory.ts"
import { subjectOf } from "../order/TokenSubject.ts"

/** A buyer's token, or what gives one. */
export type ButtonToken = string | (() => string | Promise<string>)

/** Where this window keeps its orders and its guest. */
export const storage: Kept = windowStorage()

/** The buyer that the token names; a guest where there is none. */
export const userIdOf = async (token: ButtonToken | undefined): Promise<string> => {
  const subject = token === undefined ? undefined : subjectOf(typeof token === "string" ? token : await token())
  return subject ?? guest(storage, newRequestId)
}
