/** Where the keys come from that verify buyers' tokens: secrets of the settings, a file, or an address. */
import { Effect, Redacted, type Scope } from "effect"
import * as SecretFile from "../../files/SecretFile.ts"
import * as WatchedFile from "../../watch/WatchedFile.ts"
import type { TokenSource } from "./BuyerTokenConfig.ts"
import * as BuyerTokenKeys from "./BuyerTokenKeys.ts"
import * as VerificationKeys from "./VerificationKeys.ts"

/** Nothing else is known than what is there. */
const settled = (current: () => BuyerTokenKeys.Generation): BuyerTokenKeys.Keys => ({
  current,
  settle: () => Effect.succeed(true)
})

const remoteJwks = Effect.promise(() => import("./RemoteJwks.ts"))

/** Fails where a file holds no keys. An address need not answer. */
export const make = Effect.fnUntraced(function*(
  source: TokenSource
): Effect.fn.Return<BuyerTokenKeys.Keys, WatchedFile.CannotUseFile, Scope.Scope> {
  switch (source._tag) {
    case "Secrets": {
      const secrets = source.secrets.map((secret) => Redacted.value(secret))
      const only = BuyerTokenKeys.generation(yield* Effect.promise(() => VerificationKeys.ofSecrets(secrets)))
      return settled(() => only)
    }
    case "JwksFile": {
      const { path } = source
      const file = yield* WatchedFile.make({
        path,
        what: "the keys of buyers' tokens",
        rights: SecretFile.PUBLIC,
        read: BuyerTokenKeys.parse,
        missing: undefined
      })
      return settled(file.current)
    }
    case "JwksUrl":
      return yield* (yield* remoteJwks).make(source.url)
  }
})
