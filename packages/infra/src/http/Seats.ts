/**
 * Who may have a connection: the bound of all, that of each address, and seats beyond both that are kept for probes. No
 * sockets: decides, and remembers who is idle. Why: docs/decisions/0036-connections-and-answers-that-cost-memory.md.
 */

export interface Bounds {
  /** Connections at once. */
  readonly max: number
  /** Connections of one address at once. */
  readonly maxPerAddress: number
  /** Connections beyond either bound, on which only probes are answered. */
  readonly reserved: number
}

/** The bound that left no room. */
export type Bound = "full" | "address"

/** Connections that share a bound; of those that are idle, the one that is so for longest comes first. */
interface Pool {
  open: number
  readonly idle: Set<Seat>
}

export interface Seat {
  /** Undefined where its address has no bound. */
  readonly address: string | undefined
  /** The bound beyond which it was let in: it may probe, and nothing else. Undefined where it is within all. */
  readonly beyond: Bound | undefined
  readonly pools: ReadonlyArray<Pool>
  isTaken: boolean
}

export interface Admission {
  /** Undefined where nobody could make room. */
  readonly seat: Seat | undefined
  /** The seat that made room: it is free from now on, and its connection is to be closed. */
  readonly evicted: Seat | undefined
  /** The bound that was met. */
  readonly met: Bound | undefined
}

export interface Seats {
  /** A seat for a connection that has just come, which is idle. */
  readonly admit: (address: string | undefined) => Admission
  readonly busy: (seat: Seat) => void
  /** The last to become idle is the last to make room. */
  readonly idle: (seat: Seat) => void
  readonly leave: (seat: Seat) => void
  readonly open: () => number
}

const makePool = (): Pool => ({ open: 0, idle: new Set() })
const oldestIdle = ({ idle }: Pool): Seat | undefined => idle.values().next().value

export const make = ({ max, maxPerAddress, reserved }: Bounds): Seats => {
  const ordinary = makePool()
  const beyondBounds = makePool()
  const ofAddresses = new Map<string, Pool>()

  const take = (address: string | undefined, beyond: Bound | undefined, pools: ReadonlyArray<Pool>): Seat => {
    const seat: Seat = { address, beyond, pools, isTaken: true }
    for (const pool of pools) {
      pool.open++
      pool.idle.add(seat)
    }
    return seat
  }

  const leave = (seat: Seat): void => {
    if (!seat.isTaken) return
    seat.isTaken = false
    for (const pool of seat.pools) {
      pool.open--
      pool.idle.delete(seat)
    }
    if (seat.address !== undefined && ofAddresses.get(seat.address)?.open === 0) ofAddresses.delete(seat.address)
  }

  const admitWithin = (address: string | undefined): Seat => {
    if (address === undefined) return take(address, undefined, [ordinary])
    const own = ofAddresses.get(address) ?? makePool()
    ofAddresses.set(address, own)
    return take(address, undefined, [ordinary, own])
  }

  const admitBeyond = (address: string | undefined, met: Bound): Admission => {
    const evicted = beyondBounds.open < reserved ? undefined : oldestIdle(beyondBounds)
    if (evicted !== undefined) leave(evicted)
    const hasRoom = beyondBounds.open < reserved
    return { seat: hasRoom ? take(address, met, [beyondBounds]) : undefined, evicted, met }
  }

  /** The bound that a connection of this address would break, and who shares it. */
  const obstacle = (address: string | undefined): readonly [Bound, Pool] | undefined => {
    const own = address === undefined ? undefined : ofAddresses.get(address)
    if (own !== undefined && own.open >= maxPerAddress) return ["address", own]
    return ordinary.open >= max ? ["full", ordinary] : undefined
  }

  return {
    admit: (address) => {
      const met = obstacle(address)
      if (met === undefined) return { seat: admitWithin(address), evicted: undefined, met }
      const [bound, pool] = met
      const evicted = oldestIdle(pool)
      if (evicted === undefined) return admitBeyond(address, bound)
      leave(evicted)
      return { seat: admitWithin(address), evicted, met: bound }
    },
    busy: (seat) => {
      for (const { idle } of seat.pools) idle.delete(seat)
    },
    idle: (seat) => {
      if (seat.isTaken) { for (const { idle } of seat.pools) idle.add(seat) }
    },
    leave,
    open: () => ordinary.open + beyondBounds.open
  }
}
