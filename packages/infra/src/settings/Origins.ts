/** Origins of web pages, as a variable lists them. */
import type * as Kind from "./Kind.ts"

/** The most origins that a variable takes. */
const MAX_ORIGINS = 100

/** The origin as browsers write it: in small letters, and without the port that its scheme has anyway. */
const readOrigin = (text: string): string | undefined => {
  if (!/^https?:\/\/[^/?#@\\*\s]+$/i.test(text) || !URL.canParse(text)) return undefined
  return new URL(text).origin
}

/** One or more origins, each in full: there is no pattern for several, and none for all. */
export const origins: Kind.Kind<ReadonlySet<string>> = {
  expects: `a comma-separated list of up to ${MAX_ORIGINS} origins, each a scheme, a host and its port where that is ` +
    "not the usual one, without a path and without *, such as https://shop.example",
  read: (text) => {
    const found = text.split(",").map((part) => readOrigin(part.trim()))
    return found.length <= MAX_ORIGINS && found.every((origin) => origin !== undefined) ? new Set(found) : undefined
  }
}
