/** What counts as one client's address, for a bound on connections. */

/** How Node writes an IPv4 address at a port that takes both. */
const MAPPED = "::ffff:"
/** The groups of an IPv6 address, and those that a network gives to one customer: 64 bits. */
const GROUPS = 8
const OWN_GROUPS = 4

/** The address as IPv4 where it is one, and without a zone. */
export const plain = (address: string): string => {
  const [bare = ""] = address.split("%", 1)
  return bare.toLowerCase().startsWith(MAPPED) && bare.includes(".") ? bare.slice(MAPPED.length) : bare
}

/** An IPv4 address as it is; of an IPv6 address its /64, as one client has all addresses of it. */
export const of = (address: string): string => {
  const bare = plain(address)
  if (!bare.includes(":")) return bare
  const [left = "", right] = bare.split("::", 2)
  const groupsOf = (text: string | undefined) => text === undefined || text === "" ? [] : text.split(":")
  const before = groupsOf(left)
  const after = groupsOf(right)
  const gap = Array.from({ length: Math.max(0, GROUPS - before.length - after.length) }, () => "0")
  return `${[...before, ...gap, ...after].slice(0, OWN_GROUPS).join(":")}::/64`
}
