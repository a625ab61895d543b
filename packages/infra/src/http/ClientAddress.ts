/**
 * The address of the client that sends a request, for a bound on what one client may do. Behind a proxy that is known
 * the proxy says it, by `X-Forwarded-For`; of any other address the header counts for nothing, as anybody can send it.
 */
import { isIP } from "node:net"
import * as AddressKey from "./AddressKey.ts"

/** The most proxies in a row of which the word is taken. */
const MAX_HOPS = 8

/** `192.0.2.7`, `192.0.2.7:4711`, `2001:db8::1`, `[2001:db8::1]:4711`; undefined where it is no address. */
const addressIn = (hop: string): string | undefined => {
  const [, bracketed, address = bracketed ?? hop] = /^(?:\[([^\]]*)\](?::\d+)?|([\d.]+):\d+)$/.exec(hop) ?? []
  const plain = AddressKey.plain(address)
  return isIP(plain) === 0 ? undefined : plain
}

/**
 * The last address that no trusted proxy has, from the connection back along the header; the address of the proxy
 * beside it where that is none. `remote` is the connection's address as Node gives it, `forwardedFor` the header.
 */
export const make = (isTrusted: (address: string) => boolean) =>
(
  remote: string | undefined,
  forwardedFor: string | undefined
): string => {
  let address = AddressKey.plain(remote ?? "")
  if (forwardedFor === undefined || !isTrusted(address)) return address
  const hops = forwardedFor.split(",")
  for (let hop = hops.length - 1; hop >= Math.max(0, hops.length - MAX_HOPS); hop--) {
    const before = addressIn(hops[hop]!.trim())
    if (before === undefined) return address
    address = before
    if (!isTrusted(address)) return address
  }
  return address
}
