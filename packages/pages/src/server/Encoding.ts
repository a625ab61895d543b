/** Which encoding of an answer a client takes, by its `Accept-Encoding` (RFC 9110, section 12.5.3). Pure. */
import type { Asset } from "./Assembly.ts"

export interface Encoded {
  readonly bytes: Uint8Array
  /** The value of `Content-Encoding`; undefined where there is none. */
  readonly encoding: "br" | "gzip" | undefined
}

/** Whether a client that says this takes the encoding, by its name or by `*`. */
const takes = (accepted: ReadonlyMap<string, number>, encoding: string): boolean =>
  (accepted.get(encoding) ?? accepted.get("*") ?? 0) > 0

const read = (acceptEncoding: string): ReadonlyMap<string, number> =>
  new Map(
    acceptEncoding.toLowerCase().split(",").map((part) => {
      const [name = "", weight] = part.split(";").map((text) => text.trim())
      return [name, weight === undefined ? 1 : Number(/^q=(\d(?:\.\d{0,3})?)$/.exec(weight)?.[1] ?? 0)]
    })
  )

/** The smallest form that the client takes. */
export const choose = ({ brotli, gzip, plain }: Asset, acceptEncoding = ""): Encoded => {
  const accepted = read(acceptEncoding)
  if (takes(accepted, "br")) return { bytes: brotli, encoding: "br" }
  if (takes(accepted, "gzip")) return { bytes: gzip, encoding: "gzip" }
  return { bytes: plain, encoding: undefined }
}

/** Whether a client that says this has the content already (RFC 9110, section 13.1.2). */
export const isKnown = (etag: string, ifNoneMatch = ""): boolean =>
  ifNoneMatch.split(",").some((part) => {
    const tag = part.trim().replace(/^W\//, "")
    return tag === "*" || tag === etag
  })
