/** What an error of Redis means: a key with damaged content, or a store that cannot serve. */
import { StoreUnavailable } from "@flash-sale/domain/ports/StoreUnavailable"
import { Schema } from "effect"
import { ReplyError } from "ioredis"
import { messageOf } from "../../errors/MessageOf.ts"
import * as Denials from "../rights/Denials.ts"

/** Redis answered, but a key is damaged: of another type, or with content that no script writes. */
export class WrongContent extends Schema.TaggedError<WrongContent>()("WrongContent", { detail: Schema.String }) {}

/** The error of operations over many items: damaged content counts as a store that cannot serve. */
export const unavailable = (error: StoreUnavailable | WrongContent): StoreUnavailable =>
  error._tag === "WrongContent" ? new StoreUnavailable({ detail: error.detail }) : error

/**
 * Only these replies are about the content of a key; all others, and no reply at all, mean that Redis cannot serve now.
 */
const ABOUT_CONTENT = /^(WRONGTYPE|DAMAGED|ERR) /

/** The error of a command that failed. */
export const toError = (cause: unknown): StoreUnavailable | WrongContent => {
  const detail = messageOf(cause)
  return cause instanceof ReplyError && ABOUT_CONTENT.test(detail) && !Denials.isDenial(detail)
    ? new WrongContent({ detail })
    : new StoreUnavailable({ detail })
}
