/** Whose address counts, by the connection and by what proxies say. */
import * as ClientAddress from "@flash-sale/infra/http/ClientAddress"
import * as Networks from "@flash-sale/infra/settings/Networks"
import { describe, expect, it } from "vitest"

const trusted = Networks.networks.read("10.0.0.0/8,fd00::/8")!
const of = ClientAddress.make(Networks.includes(trusted))

describe("ClientAddress", () => {
  it.each([
    ["nobody says anything", "192.0.2.1", undefined, "192.0.2.1"],
    ["who is no proxy says it", "192.0.2.1", "198.51.100.7", "192.0.2.1"],
    ["a proxy says it", "10.0.0.1", "198.51.100.7", "198.51.100.7"],
    ["a proxy that Node writes as IPv6", "::ffff:10.0.0.1", "198.51.100.7", "198.51.100.7"],
    ["a client says more than the proxy", "10.0.0.1", "127.0.0.1, 198.51.100.7", "198.51.100.7"],
    ["several proxies in a row", "10.0.0.1", "127.0.0.1,198.51.100.7 , 10.9.9.9,fd00::1", "198.51.100.7"],
    ["with ports", "10.0.0.1", "198.51.100.7:4711", "198.51.100.7"],
    ["IPv6 with a port", "10.0.0.1", "[2001:db8::1]:4711", "2001:db8::1"],
    ["IPv6", "10.0.0.1", "2001:db8::1", "2001:db8::1"],
    ["IPv6 in capitals, with a zone", "10.0.0.1", "2001:DB8::1%eth0", "2001:db8::1"],
    ["IPv6 in brackets, with a zone and a port", "10.0.0.1", "[fe80::1%25eth0]:4711", "fe80::1"],
    ["IPv4 within IPv6, as hexadecimal digits", "10.0.0.1", "::ffff:c633:6407", "198.51.100.7"],
    ["the same in brackets, with a port", "10.0.0.1", "[::ffff:c633:6407]:4711", "198.51.100.7"],
    ["a proxy as hexadecimal digits", "::ffff:a00:1", "198.51.100.7, ::ffff:a00:2", "198.51.100.7"],
    ["proxies alone", "10.0.0.1", "10.0.0.2, 10.0.0.3", "10.0.0.2"],
    ["something that is no address", "10.0.0.1", "198.51.100.7, unknown", "10.0.0.1"],
    ["something that is no address, before a proxy", "10.0.0.1", "unknown, 10.0.0.2", "10.0.0.2"],
    ["nothing, in the header", "10.0.0.1", "", "10.0.0.1"],
    ["more proxies than are believed", "10.0.0.1", `198.51.100.7${", 10.0.0.2".repeat(8)}`, "10.0.0.2"],
    ["a connection that is gone", undefined, "198.51.100.7", ""]
  ])("%s", (_, remote, forwarded, address) => {
    expect(of(remote, forwarded)).toBe(address)
  })

  it("without proxies nobody's word counts", () => {
    const alone = ClientAddress.make(Networks.includes([]))
    expect(alone("127.0.0.1", "198.51.100.7")).toBe("127.0.0.1")
  })
})
