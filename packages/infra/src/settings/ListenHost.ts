/** The address that a port listens on, as a variable names it. */
import { isIP } from "node:net"
import type * as Kind from "./Kind.ts"

/** Only programs of this machine reach it. */
export const LOOPBACK = "127.0.0.1"

const isLoopback = (address: string): boolean => address === "::1" || address.startsWith("127.")

/**
 * The names that a port answers to where none are listed (`HTTP_ALLOWED_HOSTS`): none, where an engine that is tried
 * out listens for its own machine alone (`byDefault`). Else a page in a browser there could have its own name point at
 * the engine, and order. Undefined is every name: who listens elsewhere has names that are not known here.
 */
export const namesAt = (byDefault: string | undefined, address: string | undefined): ReadonlySet<string> | undefined =>
  byDefault !== undefined && address !== undefined && isLoopback(address) ? new Set() : undefined

/** An address; undefined stands for all that the machine has. */
export const kind: Kind.Kind<string | undefined> = {
  expects: "an address of this machine such as 127.0.0.1, 0.0.0.0 for all of IPv4, or :: for all",
  read: (text) => isIP(text) !== 0 && !text.includes("%") ? text : undefined
}
