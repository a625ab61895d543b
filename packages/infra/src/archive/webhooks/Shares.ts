/**
 * Which endpoints an instance holds, so that those who want them share them evenly. Pure. Moments are milliseconds
 * since 1970, by the clock of the database.
 *
 * **Details**: nobody leaves an endpoint to others who might take it: one that is free is taken by whoever wants it.
 * Who holds fewer than another asks for one of its endpoints, and is handed that while it still asks. So an endpoint
 * that anybody wants is held, whatever the files of others say, and however many of them have just died.
 */

/** An endpoint, who holds it, and who has asked for it. */
export interface Lease {
  readonly name: string
  readonly holder: string | undefined
  readonly heldUntil: number
  readonly askedBy: string | undefined
  readonly askedAt: number
}

export interface Instance {
  readonly holder: string
  /** The endpoints that its file has it deliver to. */
  readonly wanted: ReadonlySet<string>
  readonly now: number
  readonly leaseMillis: number
}

type When = Pick<Instance, "leaseMillis" | "now">

/** Who asks does so at each turn: one that has not for so long does not live any more. */
const ASKS_FOR_MILLIS = 3_000

/** A lease that ends later than one that begins now was given by another clock: it counts as over. */
const isOver = ({ heldUntil }: Lease, { leaseMillis, now }: When): boolean =>
  heldUntil <= now || heldUntil > now + leaseMillis

/** Nobody delivers to it. */
export const isFree = (lease: Lease, when: When): boolean => lease.holder === undefined || isOver(lease, when)

/** How many endpoints each holds that lives. */
const loadsOf = (leases: ReadonlyArray<Lease>, when: When): Map<string, number> => {
  const loads = new Map<string, number>()
  for (const lease of leases) {
    if (lease.holder !== undefined && !isFree(lease, when)) loads.set(lease.holder, (loads.get(lease.holder) ?? 0) + 1)
  }
  return loads
}

/** Those of one's own that others ask for who hold fewer, also afterwards. */
const handedOver = (own: ReadonlyArray<Lease>, loads: ReadonlyMap<string, number>, { now }: When) => {
  const change = new Map(loads)
  let left = own.length
  return own.flatMap(({ askedAt, askedBy, name }) => {
    if (askedBy === undefined || askedAt > now || askedAt <= now - ASKS_FOR_MILLIS) return []
    const its = change.get(askedBy) ?? 0
    if (left < its + 2) return []
    change.set(askedBy, its + 1)
    left -= 1
    return [{ name, to: askedBy }]
  })
}

/** One of who holds most, where that is so many more that it has no fewer afterwards. */
const askedFor = (others: ReadonlyArray<Lease>, own: number, loads: ReadonlyMap<string, number>) => {
  const loadOf = ({ holder = "" }: Lease) => loads.get(holder) ?? 0
  const [most] = others.toSorted((one, other) => loadOf(other) - loadOf(one))
  return most !== undefined && loadOf(most) >= own + 2 ? most.name : undefined
}

/** Of all endpoints: the names to hold, the one to ask another for, those to hand over, and those to give up. */
export const decide = (leases: ReadonlyArray<Lease>, instance: Instance) => {
  const { holder, wanted } = instance
  const loads = loadsOf(leases, instance)
  const [own, others] = [true, false].map((isOwn) => leases.filter((lease) => (lease.holder === holder) === isOwn))
  const isWanted = ({ name }: Lease) => wanted.has(name)
  const handOver = handedOver(own!.filter(isWanted), loads, instance)
  const isKept = ({ name }: Lease) => !handOver.some((handed) => handed.name === name)
  const free = others!.filter((lease) => isFree(lease, instance))
  const hold = [...own!.filter(isKept), ...free].filter(isWanted).map(({ name }) => name).toSorted()
  const held = others!.filter((lease) => isWanted(lease) && !isFree(lease, instance))
  return {
    hold,
    ask: askedFor(held, hold.length, loads),
    handOver,
    giveUp: own!.filter((lease) => !isWanted(lease)).map(({ name }) => name)
  }
}
