/** The address that a port listens on, as a variable names it. */
import { isIP } from "node:net"
import type * as Kind from "./Kind.ts"

/** Only programs of this machine reach it. */
export const LOOPBACK = "127.0.0.1"

/** An address; undefined stands for all that the machine has. */
export const kind: Kind.Kind<string | undefined> = {
  expects: "an address of this machine such as 127.0.0.1, 0.0.0.0 for all of IPv4, or :: for all",
  read: (text) => isIP(text) !== 0 && !text.includes("%") ? text : undefined
}
