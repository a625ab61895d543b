/**
 * The largest request body that the admin port reads: as many letters as one request may name, each by its longest id,
 * with the longest reason. Larger than what buyers may send, as only who has a key is read.
 */
import { ByteSize } from "effect"

export const MAX_BODY = ByteSize.kibibytes(160)
