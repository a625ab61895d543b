/** The keys of payment tokens, as `PAYMENT_TOKEN_KEY_FILE` names them. */
import { type Config, Effect } from "effect"
import * as Variable from "../settings/Variable.ts"
import * as TokenKeys from "./TokenKeys.ts"

export type TokenKeySettings = TokenKeys.TokenKeys | undefined

/** The keys that encrypt and decrypt payment tokens, in a file; undefined where none is named. */
export const config: Config.Config<TokenKeySettings> = Variable.file("PAYMENT_TOKEN_KEY_FILE", (text) => {
  const keys = TokenKeys.parse(text)
  return typeof keys === "string"
    ? Effect.fail(Variable.problem(`PAYMENT_TOKEN_KEY_FILE: ${keys}`))
    : Effect.succeed(keys)
})
