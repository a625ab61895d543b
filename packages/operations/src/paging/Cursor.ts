/**
 * Where the next page of a list begins, as a text that means nothing to its reader. It holds no secret, and whoever
 * reads its parts checks them as any other input.
 */
import { MAX_PAGE } from "@flash-sale/domain/api/admin/AdminFields"
import { Option, Schema } from "effect"

/** The longest cursor, in characters. */
const MAX_LENGTH = 2_000

/** The cursor was not made by this list. */
export class InvalidCursor extends Schema.TaggedError<InvalidCursor>()("InvalidCursor", {}) {}

/** Which page: the first one where there is no cursor. At most `MAX_PAGE` entries. */
export interface PageOptions {
  readonly cursor?: string | undefined
  readonly limit: number
}

/** Some entries, and where the next ones are; `next` is undefined at the end. */
export interface Page<A> {
  readonly entries: ReadonlyArray<A>
  readonly next: string | undefined
}

const Parts = Schema.fromJsonString(Schema.Array(Schema.String))
const decode = Schema.decodeUnknownOption(Parts)

/** The cursor of the list with this name. */
export const make = (list: string, ...parts: ReadonlyArray<string>): string =>
  Buffer.from(JSON.stringify([list, ...parts])).toString("base64url")

/** The parts of a cursor; none where it is not one of this list. */
export const read = (list: string, cursor: string): Option.Option<ReadonlyArray<string>> => {
  if (cursor.length > MAX_LENGTH || !/^[\w-]+$/.test(cursor)) return Option.none()
  return decode(Buffer.from(cursor, "base64url").toString("utf8")).pipe(
    Option.filter(([name]) => name === list),
    Option.map((parts) => parts.slice(1))
  )
}

/** The size of a page that was asked for, within the bounds. */
export const sizeOf = ({ limit }: PageOptions): number => Math.min(Math.max(Math.trunc(limit), 1), MAX_PAGE)
