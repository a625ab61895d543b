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

type Found = Parameters<Resolve>[2]

/** Why none of these addresses is used; undefined where each may be. Which of them is used is not for chance. */
export const refusalOf = (addresses: ReadonlyArray<LookupAddress>): string | undefined =>
  addresses.map(({ address }) => Addresses.refusal(address)).find((why) => why !== undefined)

/**
 * For connections; `refusal` says why addresses are not used.
 *
 * **Details**: a name is asked for once at a time, however many connections want it. The system has few threads for
 * that, and a name server that is silent keeps one for seconds: all other endpoints would wait for it.
 */
export const shared = (
  resolve: Resolve,
  refusal: (addresses: ReadonlyArray<LookupAddress>) => string | undefined = () => undefined
): LookupFunction => {
  const waiting = new Map<string, Array<Found>>()
  const addressesOf = (name: string, options: LookupAllOptions, found: Found) => {
    const key = `${name} ${JSON.stringify([options.family, options.hints])}`
    const others = waiting.get(key)
    if (others !== undefined) return void others.push(found)
    const all = [found]
    waiting.set(key, all)
    resolve(name, options, (error, addresses) => {
      waiting.delete(key)
      for (const one of all) one(error, addresses)
    })
  }
  return (name, options, done) =>
    addressesOf(name, { ...options, all: true }, (error, addresses) => {
      if (error !== null) return done(error, [])
      const refused = refusal(addresses)
      if (refused !== undefined) return done(new RefusedAddress(refused), [])
      const [first] = addresses
      if (first === undefined) return done(new Error(`${name} has no address`), [])
      if (options.all === true) return done(null, [...addresses])
      return done(null, first.address, first.family)
    })
}

/** Why nothing is sent to a host that is an address itself: it is never looked up. */
export const literalRefusal = (hostname: string): string | undefined => {
  const address = hostname.replace(/^\[|\]$/g, "")
  return isIP(address) === 0 ? undefined : Addresses.refusal(address)
}
