/** Signatures of Standard Webhooks: `v1,` and the base64 of the HMAC-SHA-256 of `id.timestamp.body`. */
import type { Signed } from "./WebhookHeaders.ts"
import { bytesOf } from "./WebhookSecret.ts"

const HMAC = { name: "HMAC", hash: "SHA-256" } as const
const VERSION = "v1"
/** Bytes of an HMAC-SHA-256. */
const LENGTH = 32
/** The most signatures of one request that are looked at: an engine sends as many as it has secrets. */
const MAX_SIGNATURES = 10

/** The signatures of this version, without those that cannot be one. */
const candidates = (signatures: string): ReadonlyArray<Uint8Array<ArrayBuffer>> =>
  signatures.split(" ").slice(0, MAX_SIGNATURES).flatMap((text) => {
    const [version, base64 = ""] = text.split(",")
    const bytes = version === VERSION ? bytesOf(base64) : undefined
    return bytes?.length === LENGTH ? [bytes] : []
  })

const contentOf = ({ id, timestamp }: Signed, body: Uint8Array): Uint8Array<ArrayBuffer> => {
  const head = new TextEncoder().encode(`${id}.${timestamp}.`)
  const content = new Uint8Array(head.length + body.length)
  content.set(head)
  content.set(body, head.length)
  return content
}

/** The platform's own cryptography, which compares in constant time. Browsers have it on pages of `https` alone. */
const subtle = () => {
  const found = globalThis.crypto?.subtle
  if (found === undefined) throw new Error("there is no WebCrypto here: Node 20 or later has it, and pages of https")
  return found
}

/** Whether one of the signatures is by one of the keys. */
export const matches = async (
  keys: ReadonlyArray<Uint8Array<ArrayBuffer>>,
  signed: Signed,
  body: Uint8Array
): Promise<boolean> => {
  const crypto = subtle()
  const content = contentOf(signed, body)
  const found = candidates(signed.signatures)
  for (const bytes of keys) {
    const key = await crypto.importKey("raw", bytes, HMAC, false, ["verify"])
    for (const signature of found) if (await crypto.verify(HMAC, key, signature, content)) return true
  }
  return false
}
