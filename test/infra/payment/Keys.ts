/** Keys of payment tokens for tests: the same id has the same key. */
import * as TokenKeys from "@flash-sale/infra/payment/TokenKeys"
import { createHash } from "node:crypto"

/** The text of a key file, the first key first; one that is followed by `erased` is. */
export const fileOf = (...ids: ReadonlyArray<string>): string =>
  ids.map((id) => id.endsWith(" erased") ? `${id}\n` : TokenKeys.line(id, createHash("sha256").update(id).digest()))
    .join("")

export const keysOf = (...ids: ReadonlyArray<string>): TokenKeys.TokenKeys => {
  const keys = TokenKeys.parse(fileOf(...ids))
  if (typeof keys === "string") throw new Error(keys)
  return keys
}
