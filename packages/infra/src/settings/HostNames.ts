/** Names of hosts, as a variable lists them. */
import type * as Kind from "./Kind.ts"

/** The most names of hosts that a variable takes. */
const MAX_HOSTS = 100
/** A name of a host without its port; with `_`, which container engines allow. */
const HOST = /^[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?(\.[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?)*$/

/** One or more names of hosts, in small letters. */
export const hosts: Kind.Kind<ReadonlySet<string>> = {
  expects: `a comma-separated list of up to ${MAX_HOSTS} names of hosts, without ports, such as orders.shop.example`,
  read: (text) => {
    const names = text.toLowerCase().split(",").map((part) => part.trim())
    return names.length <= MAX_HOSTS && names.every((name) => name.length <= 253 && HOST.test(name))
      ? new Set(names)
      : undefined
  }
}
