/** Who buys in this window. */
import { newRequestId } from "@flash-sale/client"
import { guest, type Kept, pageStorage } from "../order/OrderMemory.ts"
import { subjectOf } from "../order/TokenSubject.ts"

/** A buyer's token, or what gives one. */
export type ButtonToken = string | (() => string | Promise<string>)

const open = (): Kept => {
  try {
    return sessionStorage
  } catch {
    // Who forbids it to keep anything can buy as well; a reload does not find the order then.
    return pageStorage()
  }
}

/** Where this window keeps its orders and its guest. */
export const storage: Kept = open()

/** The buyer that the token names; a guest where there is none. */
export const userIdOf = async (token: ButtonToken | undefined): Promise<string> => {
  const subject = token === undefined ? undefined : subjectOf(typeof token === "string" ? token : await token())
  return subject ?? guest(storage, newRequestId)
}
