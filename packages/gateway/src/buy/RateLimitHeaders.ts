/**
 * What a user may still send, as header fields of every answer that counts: `RateLimit-Policy: "user";q=60;w=60` says
 * how many orders a window of so many seconds takes, `RateLimit: "user";r=59` how many of them are left, and its `t` in
 * how many seconds there are more (draft-ietf-httpapi-ratelimit-headers, since its version 8). Why:
 * docs/decisions/0012-ratelimit-headers.md.
 */
import { RateLimited } from "@flash-sale/domain/api/Errors"
import { Context, Duration, Layer } from "effect"
import type { RateLimitSettings } from "../request/RateLimitSettings.ts"

export interface Fields {
  readonly "ratelimit-policy": string
  readonly ratelimit: string
}

export class RateLimitHeaders extends Context.Service<RateLimitHeaders, {
  /** Of an accepted order. Without `t`: only the store knows when the window ends, and it is not asked for that. */
  readonly ofQueued: (remaining: number) => Fields
  /** Undefined where the order was refused for another reason: then the limit was not looked up. */
  readonly ofRefused: (refusal: object) => Fields | undefined
}>()("@flash-sale/gateway/buy/RateLimitHeaders") {}

const NAME = "\"user\""

export const layer = ({ maxRequests, window }: RateLimitSettings): Layer.Layer<RateLimitHeaders> => {
  const policy = `${NAME};q=${maxRequests};w=${Math.ceil(Duration.toSeconds(window))}`
  const of = (ratelimit: string): Fields => ({ "ratelimit-policy": policy, ratelimit })
  return Layer.succeed(RateLimitHeaders, {
    ofQueued: (remaining) => of(`${NAME};r=${remaining}`),
    ofRefused: (refusal) =>
      refusal instanceof RateLimited
        ? of(`${NAME};r=${refusal.remaining_requests};t=${refusal.retry_after_seconds}`)
        : undefined
  })
}
