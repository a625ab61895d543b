/** What the audit folds, what `doctor` leads to, and how an order and its dead letter find each other. */
import { describe, expect, it } from "vitest"
import type { AuditRow } from "../../../packages/pages/src/console/calls/AccountWire.ts"
import { foldOf } from "../../../packages/pages/src/console/words/AuditFold.ts"
import { pageOf, partsOf } from "../../../packages/pages/src/console/words/DoctorWords.ts"
import { letterIdOf, letterOf } from "../../../packages/pages/src/console/words/OrderLetters.ts"

describe("the audit", () => {
  const done = (id: number, more: Partial<AuditRow> = {}): AuditRow => ({
    id: String(id),
    type: "letter.replayed",
    by: "ops",
    reason: "provider is back",
    time: "2026-12-01T18:00:00.000Z",
    data: {},
    request_id: `order-${id}`,
    ...more
  })
  const ofRun = (entries: ReadonlyArray<AuditRow>) =>
    foldOf(entries).map(({ entries, isFolded }) => [entries.map(({ id }) => Number(id)), isFolded])

  it("folds three and more in a row that are alike, whatever order they are about", () => {
    expect(ofRun([1, 2, 3, 4].map((id) => done(id)))).toEqual([[[1, 2, 3, 4], true]])
    expect(ofRun([1, 2].map((id) => done(id)))).toEqual([[[1], false], [[2], false]])
    expect(ofRun([])).toEqual([])
  })

  it.each<readonly [what: string, more: Partial<AuditRow>]>([
    ["somebody else", { by: "kim" }],
    ["another reason", { reason: "again" }],
    ["another change", { type: "letter.discarded" }],
    ["another number", { type: "item.adjusted", data: { adjustment: { delta: 2 } } }]
  ])("does not fold over %s", (_, more) => {
    expect(ofRun([done(1), done(2), done(3, more), done(4), done(5)]).map(([, isFolded]) => isFolded))
      .toEqual([false, false, false, false, false])
  })
})

describe("doctor", () => {
  it.each([
    ["letters.open", "dead-letters"],
    ["webhooks.deliveries", "webhooks"],
    ["keys.expiry", "keys"],
    ["redis.writes", undefined],
    ["constructor.open", undefined]
  ])("%s leads to %s", (id, page) => {
    expect(pageOf(id)?.[0]).toBe(page)
  })

  it("sets apart what stands between backticks", () => {
    expect(partsOf("who may order: `AUTH`, or `AUTH_MODE`.")).toEqual([
      { text: "who may order: ", isCode: false },
      { text: "AUTH", isCode: true },
      { text: ", or ", isCode: false },
      { text: "AUTH_MODE", isCode: true },
      { text: ".", isCode: false }
    ])
    expect(partsOf("none")).toEqual([{ text: "none", isCode: false }])
  })
})

describe("an order", () => {
  const step = (type: string, offset: number, data: object = {}) => ({
    id: `3-${offset}-letter`,
    type,
    time: "2026-12-01T18:00:00.000Z",
    partition: 3,
    offset,
    data
  })
  const put = step("letter.put", 17, { error: "Payment Timeout" })

  it("knows its last dead letter, and whether anybody has handled that", () => {
    expect(letterOf([])).toBeUndefined()
    expect(letterOf([put])).toEqual({ id: "3-17", reason: "Payment Timeout", isOpen: true })
    expect(letterOf([put, step("letter.replayed", 17)])).toMatchObject({ id: "3-17", isOpen: false })
    const again = step("letter.put", 29, { error: "Payment Timeout" })
    expect(letterOf([put, step("letter.replayed", 17), again])).toMatchObject({ id: "3-29", isOpen: true })
  })

  it("names a letter of another log by its topic", () => {
    expect(letterIdOf(step("letter.put", 17, { topic: "orders-2" }))).toBe("orders-2/3-17")
  })
})
