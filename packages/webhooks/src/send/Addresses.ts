/** Which addresses events are sent to: those of the internet, and no others unless it is allowed. Pure. */
import ipaddr from "ipaddr.js"

/** The prefix of 64 bits and 32 zeros under which an IPv4 address stands in one of IPv6 (RFC 6052). */
const NAT64 = ipaddr.IPv6.parse("64:ff9b::")
const NAT64_BITS = 96
/** Addresses of one network of a provider, used like private ones (RFC 6598), and what clouds tell their machines. */
const ALSO_REFUSED: ReadonlyArray<readonly [network: string, why: string]> = [
  ["100.64.0.0/10", "carrierGradeNat"],
  ["192.0.0.0/24", "reserved"],
  ["198.18.0.0/15", "benchmarking"],
  ["168.63.129.16/32", "metadata"],
  ["100.100.100.200/32", "metadata"]
]

const GLOBAL = "unicast"
/** What is given to networks of the internet (RFC 4291): of anything else IPv6 has nobody knows where it leads. */
const GIVEN = ipaddr.IPv6.parse("2000::")
const GIVEN_BITS = 3

const ofIpv4 = (address: ipaddr.IPv4): string => {
  const range = address.range()
  if (range !== GLOBAL) return range
  return ALSO_REFUSED.find(([network]) => address.match(ipaddr.IPv4.parseCIDR(network)))?.[1] ?? GLOBAL
}

/** The IPv4 address that stands in one of IPv6; undefined where none does. */
const embedded = (address: ipaddr.IPv6): ipaddr.IPv4 | undefined => {
  if (address.isIPv4MappedAddress()) return address.toIPv4Address()
  return address.match(NAT64, NAT64_BITS) ? new ipaddr.IPv4(address.toByteArray().slice(-4)) : undefined
}

/** Of what kind an address is; `unicast` where it is one of the internet. */
const rangeOf = (text: string): string => {
  if (!ipaddr.isValid(text)) return "not an address"
  const address = ipaddr.parse(text)
  if (address instanceof ipaddr.IPv4) return ofIpv4(address)
  const inside = embedded(address)
  if (inside !== undefined) return ofIpv4(inside)
  const range = address.range()
  return range === GLOBAL && !address.match(GIVEN, GIVEN_BITS) ? "reserved" : range
}

/** Why nothing is sent to this address, in words; undefined where it may be sent. */
export const refusal = (address: string): string | undefined => {
  const range = rangeOf(address)
  return range === GLOBAL
    ? undefined
    : `${address} is no address of the internet (${range})`
}
