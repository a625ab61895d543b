/** Tells callers apart by api keys out of a file, and by buyers' tokens. The adapter of `Callers`. Decision 0039. */
import { nobody } from "@flash-sale/domain/access/Caller"
import { Callers, type Identity } from "@flash-sale/domain/ports/Callers"
import { Clock, Effect, Layer } from "effect"
import type { CannotUseFile } from "../watch/WatchedFile.ts"
import { rejected } from "./answers/Rejected.ts"
import * as KeyFile from "./keys/KeyFile.ts"
import type { BuyerTokenSettings } from "./tokens/BuyerTokenConfig.ts"

/** The longest header that is looked at, in characters: several times as long as a token needs. */
export const MAX_HEADER = 4_096
/** What every api key begins with, and no token does. */
const KEY_BEGINS = "fs_"

const CREDENTIAL = /^bearer +(\S+)$/i
/** Three parts of base64url. The third one is the signature, so a token that has none is none. */
const TOKEN = /^[\w-]+\.[\w-]+\.[\w-]+$/

const isNobody: Identity = { _tag: "Identified", caller: nobody }
const headerTooLong = rejected(`the header Authorization is longer than ${MAX_HEADER} characters`)
const noCredential = rejected("the header Authorization is not Bearer with an api key or a token")
const unknownKey = rejected("the api key is not known")
const expiredKey = rejected("the api key has expired")
const noTokens = rejected("no tokens are taken here")

/** Checks an api key and remembers it where it is good. `now` is in milliseconds since 1970 (UTC). */
const checkKey = ({ checked, ring }: KeyFile.Generation, header: string, key: string, now: number): Identity => {
  const found = ring.check(key, now)
  switch (found._tag) {
    case "Unknown":
      return unknownKey
    case "Expired":
      return expiredKey
    case "Known": {
      const identity: Identity = { _tag: "Identified", caller: found.caller }
      checked.keep(header, { identity, from: Number.NEGATIVE_INFINITY, until: found.until })
      return identity
    }
  }
}

export interface Options {
  /** The file of the api keys; no key is known where it is undefined. */
  readonly keysFile: string | undefined
  /** How buyers' tokens are verified; none is taken where it is undefined. */
  readonly buyerTokens: BuyerTokenSettings | undefined
}

/** Loaded only where it is needed, as it brings its library along. */
const buyerTokensModule = Effect.promise(() => import("./tokens/BuyerTokens.ts"))

const make = Effect.fnUntraced(function*({ buyerTokens, keysFile }: Options) {
  const clock = yield* Clock.Clock
  const keys = yield* KeyFile.watch(keysFile)
  const tokens = buyerTokens === undefined ? undefined : yield* (yield* buyerTokensModule).make(buyerTokens)

  /** The answer, or the token that is to be verified. */
  const look = (header: string | undefined): Identity | string => {
    if (header === undefined) return isNobody
    const now = clock.currentTimeMillisUnsafe()
    const found = tokens?.find(header, now) ?? keys.current().checked.find(header, now)
    if (found !== undefined) return found
    if (header.length > MAX_HEADER) return headerTooLong
    const credential = CREDENTIAL.exec(header)?.[1]
    if (credential === undefined) return noCredential
    if (credential.startsWith(KEY_BEGINS)) return checkKey(keys.current(), header, credential, now)
    if (!TOKEN.test(credential)) return noCredential
    return tokens === undefined ? noTokens : credential
  }
  const verify = (header: string, token: string) => tokens?.verify(header, token) ?? Effect.succeed<Identity>(noTokens)

  return Callers.of({
    known: (header) => {
      const found = look(header)
      return typeof found === "string" ? undefined : found
    },
    identify: (header) =>
      Effect.suspend(() => {
        const found = look(header)
        if (typeof found !== "string") return Effect.succeed(found)
        return verify(header ?? "", found)
      }),
    keys: () => keys.current().ring.infos
  })
})

/** Fails where a file that the settings name cannot be used. */
export const layer = (options: Options): Layer.Layer<Callers, CannotUseFile> => Layer.effect(Callers, make(options))
