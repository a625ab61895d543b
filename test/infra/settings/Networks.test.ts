import * as Networks from "@flash-sale/infra/settings/Networks"
import { expect, it } from "vitest"

const includes = (list: string) => {
  const read = Networks.networks.read(list)
  if (read === undefined) throw new Error(`${list} is not read`)
  return Networks.includes(read)
}

it("an address is in a network by its prefix", () => {
  const isIn = includes("10.0.0.0/8, 192.0.2.7, 2001:db8::/32,::1")
  const yes = ["10.0.0.1", "10.255.255.255", "192.0.2.7", "2001:db8:1::1", "::1"]
  const no = ["11.0.0.1", "192.0.2.8", "2001:db9::1", "::2", "", "nonsense"]
  expect([...yes, ...no].filter(isIn)).toEqual(yes)
})

it("no network has no address in it", () => {
  expect(Networks.includes([])("10.0.0.1")).toBe(false)
})

it.each([
  "10.0.0.0/33",
  "10.0.0.0/",
  "10.0.0/8",
  "a.example",
  "::/129",
  "fe80::1%eth0",
  "10.0.0.1,",
  "10.0.0.1/-1",
  "*"
])(
  "%s is no list of networks",
  (text) => {
    expect(Networks.networks.read(text)).toBeUndefined()
  }
)
