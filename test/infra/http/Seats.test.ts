import * as Seats from "@flash-sale/infra/http/Seats"
import { describe, expect, it } from "vitest"

const admitted = (seats: Seats.Seats, address?: string): Seats.Seat => {
  const { seat } = seats.admit(address)
  if (seat === undefined) throw new Error("not admitted")
  return seat
}

describe("Seats", () => {
  it("where all are taken the one that is idle for longest makes room", () => {
    const seats = Seats.make({ max: 2, maxPerAddress: 2, reserved: 1 })
    const first = admitted(seats, "a")
    const second = admitted(seats, "b")
    seats.busy(first)
    seats.idle(first)
    const third = seats.admit("c")
    expect(third).toMatchObject({ evicted: second, met: "full", seat: { beyond: undefined } })
    expect(seats.admit("d").evicted).toBe(first)
    expect(seats.open()).toBe(2)
  })

  it("where an address has all of its own, only its own make room", () => {
    const seats = Seats.make({ max: 10, maxPerAddress: 2, reserved: 1 })
    const other = admitted(seats, "b")
    const first = admitted(seats, "a")
    admitted(seats, "a")
    expect(seats.admit("a")).toMatchObject({ evicted: first, met: "address", seat: { beyond: undefined } })
    expect(other.isTaken).toBe(true)
    expect(first.isTaken).toBe(false)
    expect(seats.open()).toBe(3)
  })

  it("an address without a bound takes as many as there are", () => {
    const seats = Seats.make({ max: 5, maxPerAddress: 1, reserved: 0 })
    for (let n = 0; n < 5; n++) expect(seats.admit(undefined)).toMatchObject({ evicted: undefined, met: undefined })
    expect(seats.admit(undefined).met).toBe("full")
  })

  it("where nobody is idle the next one is beyond the bound, which it names", () => {
    const seats = Seats.make({ max: 2, maxPerAddress: 1, reserved: 5 })
    seats.busy(admitted(seats, "a"))
    expect(seats.admit("a")).toMatchObject({ evicted: undefined, met: "address", seat: { beyond: "address" } })
    seats.busy(admitted(seats, "b"))
    expect(seats.admit("c")).toMatchObject({ evicted: undefined, met: "full", seat: { beyond: "full" } })
    expect(seats.open()).toBe(4)
  })

  it("those beyond the bounds make room for each other, and where none can the next is not admitted", () => {
    const seats = Seats.make({ max: 1, maxPerAddress: 1, reserved: 2 })
    const within = admitted(seats, "a")
    seats.busy(within)
    const [first, second] = [admitted(seats, "a"), admitted(seats, "b")]
    const third = seats.admit("c")
    expect(third).toMatchObject({ evicted: first, met: "full", seat: { beyond: "full" } })
    seats.busy(second)
    seats.busy(third.seat!)
    expect(seats.admit("d")).toEqual({ seat: undefined, evicted: undefined, met: "full" })
    seats.leave(second)
    expect(seats.admit("d").seat).toMatchObject({ beyond: "full" })
    expect(within.isTaken).toBe(true)
  })

  it("one that leaves leaves once, and its address has its room back", () => {
    const seats = Seats.make({ max: 3, maxPerAddress: 1, reserved: 0 })
    const seat = admitted(seats, "a")
    seats.leave(seat)
    seats.leave(seat)
    seats.idle(seat)
    expect(seats.open()).toBe(0)
    expect(seats.admit("a")).toMatchObject({ evicted: undefined, met: undefined })
    expect(seats.admit("b")).toMatchObject({ evicted: undefined, met: undefined })
  })
})
