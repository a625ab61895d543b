/**
 * Which names a port answers to, by the header `Host`. Pure. Why: docs/decisions/0035-what-a-request-may-be.md.
 *
 * **Details**: a page of another site can have its own name point at this address and then asks as if it were from
 * here; its requests still carry that name. An address, `localhost` and an absent header (probes by HTTP/1.0) carry no
 * name that somebody else could own, so they always pass.
 */
import { isIP } from "node:net"

/** The header without its port, without the brackets of an IPv6 address and the dot of a full name. */
const nameIn = (host: string): string => {
  const [, address, name = ""] = /^(?:\[(.*)\]|(.*?)\.?)(?::\d*)?$/.exec(host.toLowerCase()) ?? []
  return address ?? name
}

/** `allowed` are names in small letters; where it is undefined every name is. */
export const isAllowed = (allowed: ReadonlySet<string> | undefined, host: string | undefined): boolean => {
  if (allowed === undefined || host === undefined || allowed.has(host)) return true
  const name = nameIn(host)
  return allowed.has(name) || name === "localhost" || isIP(name) !== 0
}
