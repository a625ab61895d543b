/** What counts as one client's address, for a bound on connections. */

import { isIPv6 } from "node:net"

/** The groups of an IPv6 address, and those that a network gives to one customer: 64 bits. */
const GROUPS = 8
const OWN_GROUPS = 4
/** How an IPv6 address begins that is an IPv4 address, as at a port that takes both (RFC 4291, 2.5.5.2). */
const MAPPED = "0:0:0:0:0:ffff"

/** The eight groups of an IPv6 address, each without leading zeros. */
const groupsOf = (address: string): ReadonlyArray<string> => {
  const hexadecimal = address.replace(
    /(\d+)\.(\d+)\.(\d+)\.(\d+)$/,
    (_, a, b, c, d) => `${(a * 256 + Number(b)).toString(16)}:${(c * 256 + Number(d)).toString(16)}`
  )
  const [before = [], after = []] = hexadecimal.split("::", 2).map((half) => half === "" ? [] : half.split(":"))
  const gap = Array.from({ length: GROUPS - before.length - after.length }, () => "0")
  return [...before, ...gap, ...after].map((group) => Number.parseInt(group, 16).toString(16))
}

/** The IPv4 address in the last two groups. */
const mapped = (groups: ReadonlyArray<string>): string =>
  groups.slice(-2).flatMap((group) => {
    const bits = Number.parseInt(group, 16)
    return [bits >> 8, bits & 255]
  }).join(".")

/** Groups as they are written: of zeros in a row the longest are left out (RFC 5952). */
const written = (groups: ReadonlyArray<string>): string => new URL(`http://[${groups.join(":")}]`).hostname.slice(1, -1)

/** The address in one spelling, however it is written: IPv4 where it is one, and without a zone. */
export const plain = (address: string): string => {
  const [bare = ""] = address.split("%", 1)
  if (!bare.includes(":") || !isIPv6(bare)) return bare
  const groups = groupsOf(bare)
  return groups.slice(0, -2).join(":") === MAPPED ? mapped(groups) : written(groups)
}

/** An IPv4 address as it is; of an IPv6 address its /64, as one client has all addresses of it. */
export const of = (address: string): string => {
  const bare = plain(address)
  return isIPv6(bare) ? `${groupsOf(bare).slice(0, OWN_GROUPS).join(":")}::/64` : bare
}
