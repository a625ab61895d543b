import { KeyName, write } from "@flash-sale/domain/access/ApiKey"
import { afterEach, describe, expect, it, vi } from "vitest"
import { isKeyLike, NO_KEY } from "../../../packages/pages/src/console/calls/ConsoleKey.ts"
import { ConsoleSession } from "../../../packages/pages/src/console/ConsoleSession.ts"
import { pageStorage } from "../../../packages/pages/src/order/OrderMemory.ts"

const keyOf = (name: string) => write(KeyName.make(name), "a".repeat(32))
const [KEPT, OTHER, WRONG] = [keyOf("kept"), keyOf("other"), keyOf("wrong")]
const NAME = "flash-sale console key"
const KEPT_WORDS = "The key in the address is not valid. The one of before is kept."

/** An engine that knows these keys, and a window that has kept one. */
const world = (kept: string | undefined, known: ReadonlyArray<string>, answers = true) => {
  const storage = pageStorage()
  if (kept !== undefined) storage.setItem(NAME, kept)
  const place = { hash: "", origin: "http://engine.example" }
  vi.stubGlobal("location", place)
  vi.stubGlobal("history", { replaceState: () => place.hash = "#/" })
  vi.stubGlobal("sessionStorage", storage)
  vi.stubGlobal("document", { hidden: false, addEventListener: () => {}, removeEventListener: () => {} })
  vi.stubGlobal("fetch", (_: string, { headers }: { readonly headers: HeadersInit }) => {
    const key = new Headers(headers).get("authorization")?.replace("Bearer ", "") ?? ""
    if (!answers) return Promise.reject(new TypeError("fetch failed"))
    return Promise.resolve(
      known.includes(key)
        ? Response.json({ name: key.split("_")[1], scopes: ["orders"] })
        : Response.json({ code: "unauthenticated", error: "no" }, { status: 401 })
    )
  })
  const told: Array<string> = []
  const session = new ConsoleSession({
    ask: () => {},
    tell: (words) => told.push(words),
    onChange: () => {},
    onBack: () => {}
  })
  return {
    session,
    told,
    go: (hash: string) => {
      place.hash = hash
      session.begin()
    },
    name: () => session.context?.operator.name,
    place,
    kept: () => storage.getItem(NAME) ?? undefined
  }
}

afterEach(() => {
  vi.unstubAllGlobals()
})

describe("ConsoleSession", () => {
  it("opens with the key of the address, which leaves it", async () => {
    const { go, kept, name, place } = world(undefined, [OTHER])
    go(`#key=${OTHER}`)
    expect(place.hash).toBe("#/")
    await vi.waitFor(() => expect(name()).toBe("other"))
    expect(kept()).toBe(OTHER)
  })

  it.each([["of no shape", "junk"], ["that is refused", WRONG]])("keeps its key before one %s", async (_, key) => {
    const { go, kept, name, told } = world(KEPT, [KEPT])
    go("")
    await vi.waitFor(() => expect(name()).toBe("kept"))
    go(`#key=${key}`)
    await vi.waitFor(() => expect(told).toEqual([KEPT_WORDS]))
    await vi.waitFor(() => expect(name()).toBe("kept"))
    expect(kept()).toBe(KEPT)
  })

  it("takes another key that counts in its place", async () => {
    const { go, kept, name, told } = world(KEPT, [KEPT, OTHER])
    go(`#key=${OTHER}`)
    await vi.waitFor(() => expect(name()).toBe("other"))
    expect([kept(), told]).toEqual([OTHER, []])
  })

  it("says that a text is no key, where none is kept", () => {
    const { go, kept, session } = world(undefined, [])
    go("#key=no key at all")
    expect([session.problem, kept()]).toEqual([NO_KEY, undefined])
  })

  it("forgets a key that does not count any more", async () => {
    const { go, kept, session } = world(KEPT, [])
    go("")
    await vi.waitFor(() => expect(session.problem).toMatchObject({ code: "unauthenticated" }))
    expect(kept()).toBeUndefined()
  })

  it("keeps a key that nobody could judge", async () => {
    const { go, kept, session } = world(undefined, [], false)
    go(`#key=${OTHER}`)
    await vi.waitFor(() => expect(session.problem).toMatchObject({ code: "network_error" }))
    expect([kept(), session.hasKey]).toEqual([OTHER, true])
  })
})

describe("ConsoleKey", () => {
  it("knows the shape of keys", () => {
    expect([KEPT, keyOf("a-1"), "junk", `${KEPT}b`, "fs_A_b"].map(isKeyLike)).toEqual([true, true, false, false, false])
  })
})
