/**
 * Looking names up, and refusing what leads into the engine's own network.
 *
 * **Details**: the check is part of the look-up that a connection makes, so the connection goes to the very addresses
 * that were checked: another answer a moment later changes nothing.
 */
import { lookup as systemLookup, type LookupAddress, type LookupAllOptions } from "node:dns"
import { isIP, type LookupFunction } from "node:net"
import * as Addresses from "./Addresses.ts"

/** The addresses of a name, from whoever knows them; `dns.lookup` has this shape. */
export type Resolve = (
  name: string,
  options: LookupAllOptions,
  done: (error: NodeJS.ErrnoException | null, addresses: ReadonlyArray<LookupAddress>) => void
) => void

export const system: Resolve = (name, options, done) => systemLookup(name, options, done)

/** A name leads to an address that is refused. */
export class RefusedAddress extends Error {}

/** For connections. Fails where any address of the name is refused: which of them is used is not for chance. */
export const checked = (resolve: Resolve): LookupFunction => (name, options, done) =>
  resolve(name, { ...options, all: true }, (error, addresses) => {
    if (error !== null) return done(error, [])
    const refused = addresses.map(({ address }) => Addresses.refusal(address)).find((why) => why !== undefined)
    if (refused !== undefined) return done(new RefusedAddress(refused), [])
    const [first] = addresses
    if (first === undefined) return done(new Error(`${name} has no address`), [])
    if (options.all === true) return done(null, [...addresses])
    return done(null, first.address, first.family)
  })

/** Why nothing is sent to a host that is an address itself: it is never looked up. */
export const literalRefusal = (hostname: string): string | undefined => {
  const address = hostname.replace(/^\[|\]$/g, "")
  return isIP(address) === 0 ? undefined : Addresses.refusal(address)
}
