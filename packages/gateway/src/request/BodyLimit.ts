/** The largest request body that the gateway reads. */
import { ByteSize } from "effect"

export const MAX_BODY = ByteSize.kibibytes(16)
