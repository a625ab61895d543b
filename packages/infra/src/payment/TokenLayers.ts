/** The cipher of payment tokens, by the settings. Each module is loaded when it is needed. */
import { OrderLog } from "@flash-sale/domain/ports/OrderLog"
import { TokenCipher, withoutKeys } from "@flash-sale/domain/records/token/TokenCipher"
import { Effect, Layer } from "effect"
import type * as TokenKeyFile from "./TokenKeyFile.ts"
import type { TokenKeys } from "./TokenKeys.ts"

/** Payment tokens are encrypted in the log by these keys; without any they are recorded in clear. */
export const layer = (keys: TokenKeys | undefined): Layer.Layer<never> =>
  keys === undefined
    ? Layer.succeed(TokenCipher, undefined)
    : Layer.unwrap(Effect.map(
      Effect.promise(() => import("./AesTokenCipher.ts")),
      ({ make }) => Layer.succeed(TokenCipher, make(keys))
    ))

const keyFile = Effect.promise(() => import("./TokenKeyFile.ts"))

/**
 * The same by the keys in the folder of the embedded file where no others are given. `usedKey` gives the id of a key
 * that the log needs. Needs the engine that holds the folder.
 */
export const layerEmbedded = <E>(
  dataDir: string,
  keys: TokenKeys | undefined,
  usedKey: Effect.Effect<string | undefined, E>
): Layer.Layer<never, TokenKeyFile.CannotUseKeys | E, OrderLog> =>
  Layer.unwrap(Effect.gen(function*() {
    yield* OrderLog
    const found = keys ?? (yield* (yield* keyFile).readOrMake(dataDir, usedKey))
    return found === undefined ? Layer.succeed(TokenCipher, withoutKeys) : layer(found)
  }))
