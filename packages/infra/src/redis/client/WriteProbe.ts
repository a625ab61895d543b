/** A write that changes nothing: a server that is a replica, full, or cannot save refuses it as it refuses an order. */
import type { Redis } from "ioredis"

/** Creates no key, as Redis writes nothing where the text is empty. */
export const at = (key: string) => (redis: Redis): Promise<number> => redis.setrange(key, 0, "")
