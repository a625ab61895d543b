/** What the system says of files and ports, as an operator reads it. */
import { messageOf } from "@flash-sale/infra/errors/MessageOf"
import { once } from "node:events"
import { mkdirSync, readFileSync } from "node:fs"
import { type AddressInfo, createServer } from "node:net"
import { tmpdir } from "node:os"
import { describe, expect, it } from "vitest"

const thrown = (fail: () => unknown): string => {
  try {
    fail()
  } catch (error) {
    return messageOf(error)
  }
  return ""
}

describe("messageOf", () => {
  it("a file that cannot be used is named, with what is wrong with it", () => {
    expect(thrown(() => readFileSync("/nowhere"))).toBe("/nowhere does not exist (ENOENT)")
    expect(thrown(() => mkdirSync(tmpdir()))).toBe(`${tmpdir()} exists already (EEXIST)`)
    expect(thrown(() => readFileSync("/proc/version/x"))).toBe("/proc/version/x is not in a folder (ENOTDIR)")
  })

  it("a port that is taken is taken by another process", async () => {
    const first = createServer().listen(0, "127.0.0.1")
    await once(first, "listening")
    const second = createServer().listen((first.address() as AddressInfo).port, "127.0.0.1")
    const [error] = await once(second, "error")
    first.close()
    expect(messageOf(error)).toBe("another process listens there (EADDRINUSE)")
  })

  it("all else is as it was said", () => {
    expect(messageOf(new Error("x"))).toBe("x")
    expect(messageOf(Object.assign(new Error("x"), { code: "ENOENT" }))).toBe("x")
    expect(messageOf(5)).toBe("5")
  })
})
