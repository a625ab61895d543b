/** Who sends a request, as far as its header `Authorization` proves it. */
import type { ItemId, UserId } from "../records/Ids.ts"
import type { KeyName } from "./ApiKey.ts"
import type { Scope } from "./Scope.ts"

/**
 * - `Nobody`: the request has no such header.
 * - `Key`: a shop's server, an operator or a script, by its api key.
 * - `Buyer`: a buyer's browser or app, by a token that the shop has made for `userId`, and for one item where it has
 *   `itemId`.
 */
export type Caller =
  | { readonly _tag: "Nobody" }
  | { readonly _tag: "Key"; readonly name: KeyName; readonly scopes: ReadonlyArray<Scope> }
  | { readonly _tag: "Buyer"; readonly userId: UserId; readonly itemId?: ItemId | undefined }

export const nobody: Caller = { _tag: "Nobody" }
