/** Networks by their addresses: a list of addresses and CIDR blocks, and whether an address is in one of them. */
import { BlockList, isIP } from "node:net"
import type * as Kind from "./Kind.ts"

/** An address, or a block of addresses as `address/prefix`. */
export interface Network {
  readonly address: string
  readonly prefix: number
  readonly family: "ipv4" | "ipv6"
}

const BITS = { ipv4: 32, ipv6: 128 } as const

const readNetwork = (text: string): Network | undefined => {
  const [, address = "", digits] = /^([^/]+?)(?:\/(\d{1,3}))?$/.exec(text) ?? []
  const version = isIP(address)
  if (version === 0 || address.includes("%")) return undefined
  const family = version === 4 ? "ipv4" : "ipv6"
  const prefix = digits === undefined ? BITS[family] : Number(digits)
  return prefix <= BITS[family] ? { address, prefix, family } : undefined
}

/** Comma-separated. */
export const networks: Kind.Kind<ReadonlyArray<Network>> = {
  expects: "a comma-separated list of addresses and networks such as 10.0.0.0/8,192.0.2.7,2001:db8::/32",
  read: (text) => {
    const found = text.split(",").map((part) => readNetwork(part.trim()))
    return found.every((network) => network !== undefined) ? found : undefined
  }
}

/** Whether an address, as `AddressKey.plain` gives it, is in one of these networks. */
export const includes = (list: ReadonlyArray<Network>): (address: string) => boolean => {
  if (list.length === 0) return () => false
  const blocks = new BlockList()
  for (const { address, family, prefix } of list) blocks.addSubnet(address, prefix, family)
  return (address) => {
    const version = isIP(address)
    return version !== 0 && blocks.check(address, version === 4 ? "ipv4" : "ipv6")
  }
}
