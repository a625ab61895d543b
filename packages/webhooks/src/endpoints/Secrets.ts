/** Secrets of endpoints, as Standard Webhooks writes them: `whsec_` and 24 to 64 bytes in base64. Pure. */

const PREFIX = "whsec_"
const MIN_BYTES = 24
const MAX_BYTES = 64

export const EXPECTED = `must be ${PREFIX} and ${MIN_BYTES} to ${MAX_BYTES} bytes in base64`

/** The bytes of a secret; undefined where the text is none. */
export const bytesOf = (text: string): Buffer | undefined => {
  if (!text.startsWith(PREFIX)) return undefined
  const base64 = text.slice(PREFIX.length)
  const bytes = Buffer.from(base64, "base64")
  // Node passes over what is no base64: only what is written back the same was all of it.
  const isWhole = bytes.toString("base64").replace(/=+$/, "") === base64.replace(/=+$/, "")
  return isWhole && bytes.length >= MIN_BYTES && bytes.length <= MAX_BYTES ? bytes : undefined
}
