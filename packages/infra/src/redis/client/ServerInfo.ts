/** What a Redis says of itself when it is connected to, and whether the engine can work on it. */

/**
 * The least version. ZMSCORE came with 6.2; what a script may not write (READONLY, OOM) keeps its code from 7.0 on,
 * where 6.2 says ERR, which here means that the content of a key is damaged.
 */
export const LEAST_VERSION = "7.0"

export type Verdict =
  | { readonly _tag: "Usable" }
  /** It may become usable by itself. */
  | { readonly _tag: "Away"; readonly why: string }
  /** Another server or another setting is needed. */
  | { readonly _tag: "Unusable"; readonly why: string }

/** One field of the answer to INFO. */
export const field = (info: string, name: string): string | undefined =>
  new RegExp(`^${name}:(.*?)\\r?$`, "m").exec(info)?.[1]

const isOlder = (version: string, least: string): boolean => {
  const parts = version.split(".").map(Number)
  const wanted = least.split(".").map(Number)
  for (const [index, number] of wanted.entries()) {
    const part = parts[index] ?? 0
    if (part !== number) return part < number
  }
  return false
}

/** The share of `maxmemory` that is used, by the answer to INFO; undefined where Redis has no such bound. */
export const usedShare = (info: string): number | undefined => {
  const [used, most] = [Number(field(info, "used_memory")), Number(field(info, "maxmemory"))]
  return used >= 0 && most > 0 ? used / most : undefined
}

/** By the answer to INFO. What it does not say is no objection: a user without the right to ask gets an empty one. */
export const judge = (info: string): Verdict => {
  switch (field(info, "redis_mode")) {
    case "cluster":
      return { _tag: "Unusable", why: "it runs in cluster mode, and one order touches keys of several slots" }
    case "sentinel":
      return { _tag: "Unusable", why: "it is a Sentinel, whose address belongs into REDIS_SENTINELS" }
  }
  const version = field(info, "redis_version")
  if (version !== undefined && isOlder(version, LEAST_VERSION)) {
    return { _tag: "Unusable", why: `its version is ${version}, and ${LEAST_VERSION} is the least` }
  }
  if (field(info, "role") === "slave") {
    return { _tag: "Away", why: "it is a replica, which takes no writes" }
  }
  return { _tag: "Usable" }
}
