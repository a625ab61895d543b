import * as AddressKey from "@flash-sale/infra/http/AddressKey"
import { expect, it } from "vitest"

it.each([
  ["192.0.2.7", "192.0.2.7", "192.0.2.7"],
  ["::ffff:192.0.2.7", "192.0.2.7", "192.0.2.7"],
  ["::FFFF:192.0.2.7", "192.0.2.7", "192.0.2.7"],
  ["::1", "::1", "0:0:0:0::/64"],
  ["2001:db8::1", "2001:db8::1", "2001:db8:0:0::/64"],
  ["2001:db8:1:2:3:4:5:6", "2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"],
  ["2001:db8:1:2::5", "2001:db8:1:2::5", "2001:db8:1:2::/64"],
  ["fe80::1%eth0", "fe80::1", "fe80:0:0:0::/64"],
  ["", "", ""]
])("%s counts as one client's address", (address, plain, key) => {
  expect(AddressKey.plain(address)).toBe(plain)
  expect(AddressKey.of(AddressKey.plain(address))).toBe(key)
})
