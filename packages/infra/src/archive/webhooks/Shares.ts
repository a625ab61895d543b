/** Which endpoints an instance holds. Pure. Moments are milliseconds since 1970, by the clock of the database. */

/** An endpoint that is to be delivered to, and who holds it. */
export interface Lease {
  readonly name: string
  readonly holder: string | undefined
  readonly heldUntil: number
}

export interface Instance {
  readonly holder: string
  readonly now: number
  readonly leaseMillis: number
  /** Instances that deliver now, this one among them. */
  readonly live: number
}

/** A lease that ends later than one that begins now was given by another clock: it counts as over. */
const isOver = ({ heldUntil }: Lease, { leaseMillis, now }: Instance): boolean =>
  heldUntil <= now || heldUntil > now + leaseMillis

/** The names to hold from now on, and those to give up. Nobody holds more than an even share while others are there. */
export const decide = (leases: ReadonlyArray<Lease>, instance: Instance) => {
  const share = Math.ceil(leases.length / Math.max(1, instance.live))
  const own = leases.filter(({ holder }) => holder === instance.holder)
  const free = leases.filter((lease) =>
    lease.holder === undefined || lease.holder !== instance.holder && isOver(lease, instance)
  )
  return {
    hold: [...own, ...free].slice(0, share).map(({ name }) => name),
    giveUp: own.slice(share).map(({ name }) => name)
  }
}
