import * as Stall from "@flash-sale/infra/http/Stall"
import { expect, it } from "vitest"

it("a client is given up when it has read nothing for the whole time-out", () => {
  const first = Stall.look(undefined, { bytesWritten: 1_000, writableLength: 400 }, 0)
  expect(first).toEqual({ taken: 600, since: 0 })
  // More that waits is no sign that anything was read.
  const second = Stall.look(first, { bytesWritten: 1_500, writableLength: 900 }, 10_000)
  expect(second).toEqual(first)
  expect(Stall.isOver(second, Stall.WRITE_TIMEOUT - 1)).toBe(false)
  expect(Stall.isOver(second, Stall.WRITE_TIMEOUT)).toBe(true)
})

it("what is read begins the time-out anew, and all that is read ends it", () => {
  const first = Stall.look(undefined, { bytesWritten: 1_000, writableLength: 400 }, 0)
  const second = Stall.look(first, { bytesWritten: 1_000, writableLength: 399 }, Stall.WRITE_TIMEOUT)
  expect(second).toEqual({ taken: 601, since: Stall.WRITE_TIMEOUT })
  expect(Stall.isOver(second, Stall.WRITE_TIMEOUT)).toBe(false)
  const third = Stall.look(second, { bytesWritten: 1_000, writableLength: 0 }, 2 * Stall.WRITE_TIMEOUT)
  expect(third).toBeUndefined()
  expect(Stall.isOver(third, Number.MAX_SAFE_INTEGER)).toBe(false)
})
