/** The environment variables that say who may call, and how callers are told apart. */
import type { AuthMode } from "@flash-sale/domain/access/MayDo"
import { Config } from "effect"
import * as Kind from "../settings/Kind.ts"
import * as Variable from "../settings/Variable.ts"
import type * as KeyFilePath from "./keys/KeyFilePath.ts"
import * as BuyerTokenConfig from "./tokens/BuyerTokenConfig.ts"

export interface AccessSettings extends KeyFilePath.Named {
  readonly auth: AuthMode
  /** How buyers' tokens are verified; undefined where none are taken. */
  readonly buyerTokens: BuyerTokenConfig.BuyerTokenSettings | undefined
}

/** Where the api keys are. */
export const keyFile: Config.Config<KeyFilePath.Named> = Variable.group({
  keysFile: Variable.make<string | undefined>("API_KEYS_FILE", Kind.path, undefined),
  dataDir: Variable.make<string | undefined>("DATA_DIR", Kind.path, undefined)
})

/** Whether who orders must prove who it is. */
export const auth: Config.Config<AuthMode> = Variable.make<AuthMode>("AUTH", Kind.oneOf(["open", "required"]), "open")

export const config: Config.Config<AccessSettings> = Config.map(
  Variable.group({
    auth,
    keyFile,
    buyerTokens: BuyerTokenConfig.config
  }),
  ({ auth, buyerTokens, keyFile }) => ({ auth, buyerTokens, ...keyFile })
)
