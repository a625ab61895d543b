/** Commands about webhooks beside the archive and through the admin API: the same words, and the same end. */
import { expect, layer } from "@effect/vitest"
import { Effect } from "effect"
import * as KnownWebhooks from "../../operations/webhooks/KnownWebhooks.ts"
import { beside, layer as engineLayer, layerArchived, through, type Typed } from "./EitherWay.ts"

const TEST_TIMEOUT = 120_000
const WHY = "--reason away"
const AT = "2025-11-24T16:00:02Z"

/** Tests and replays have names of their own, and happen at moments of their own. */
const comparable = ({ code, complaint, out }: Typed) => ({
  code,
  complaint: complaint.replaceAll(/test-[0-9a-f-]{36}/g, "test"),
  out: out
    .replaceAll(/test-[0-9a-f-]{36}/g, "test")
    .replaceAll(/replay \d+ is/g, "replay n is")
    .replaceAll(/"id":\d+/g, "\"id\":n")
    .replaceAll(/20\d\d-\d\d-\d\dT[\d:.]+Z/g, "at")
})

/** `$` is the id of an event. */
const ROWS: ReadonlyArray<readonly [line: string, code: number, out: RegExp]> = [
  ["webhook list", 0, /^NAME +CONDITION .*\ngone +gone +0 +0 .*\nshop +delivering +2 +3 .* order\.\* +https:\/\/shop/],
  ["webhook list --json", 0, /^\{"name":"gone".*\n\{"name":"shop","url":"https:\/\/shop\.example"/],
  ["webhook show gone", 0, /^name +gone\ncondition +gone\nurl +https:\/\/gone\.example\n/],
  ["webhook show shop --json", 0, /"dead":3.*"replays":\[\]\}$/],
  ["webhook show nobody", 1, /^$/],
  ["webhook deliveries shop", 0, /^SINCE +STATE .*(?:\n.* waiting .*){2}(?:\n.* dead .*){3}$/],
  ["webhook deliveries shop --dead --json", 0, /^(?:\{"event_id":"[^"]+","type":"order\.completed".*\n?){3}$/],
  ["webhook deliveries shop --dead --limit 2", 0, /^SINCE(?:.*\n.* dead ){2}/],
  ["webhook deliveries gone", 0, /^no deliveries wait or are dead$/],
  ["webhook deliveries gone --dead", 0, /^no dead deliveries$/],
  ["webhook deliveries nobody", 1, /^$/],
  ["webhook test shop", 0, /^webhook shop: the test event was taken: status 204 after 31 ms \(webhook-id test\)$/],
  ["webhook test shop --json", 0, /^\{"id":"test","webhook":"shop".*"outcome":"delivered".*"took_ms":31\}$/],
  ["webhook test nobody", 1, /^$/],
  ["webhook replay shop --dead --dry-run", 0, /^webhook shop: 3 events would be sent$/],
  ["webhook replay shop --id $ --dry-run", 0, /^webhook shop: 1 event would be sent$/],
  [`webhook replay shop --from ${AT} --until 2025-11-24T16:00:04Z --dry-run --json`, 0, /"events":2,"more":false/],
  [`webhook replay shop --dead ${WHY}`, 0, /^webhook shop: replay n is queued: flash-sale webhook show shop /],
  [`webhook replay shop --id $ ${WHY} --json`, 0, /^\{"status":"Replay Queued","id":n,"webhook":"shop"\}$/],
  [`webhook replay shop --from 2h ${WHY}`, 0, /^webhook shop: replay n is queued/],
  [`webhook replay nobody --dead ${WHY}`, 1, /^$/],
  [`webhook replay shop --id $ --id nosuch ${WHY}`, 2, /^$/],
  ["webhook replay shop --id nosuch --dry-run", 2, /^$/],
  ["webhook replay nobody --dead --dry-run", 1, /^$/],
  ["webhook replay shop", 2, /^$/],
  ["webhook replay shop --dead --id $", 2, /^$/],
  ["webhook replay shop --dead --until 2h", 2, /^$/],
  ["webhook replay shop --from 2h --until 3h", 2, /^$/],
  ["webhook show shop", 0, /\n\nREPLAY +ASKED .*(?:\n\d+ +at .* away){6}$/],
  [`webhook enable nobody ${WHY}`, 1, /^$/]
]

layer(layerArchived, { excludeTestServices: true, timeout: 60_000 })("commands about webhooks, either way", (it) => {
  it.effect("print the same, complain of the same, and end the same", () =>
    Effect.gen(function*() {
      const [id = ""] = yield* KnownWebhooks.make(204)
      for (const [typed, code, out] of ROWS) {
        const line = typed.replaceAll("$", id)
        const local = comparable(yield* beside(line))
        const remote = comparable(yield* through(line))
        expect([line, remote]).toEqual([line, local])
        expect([line, local.code]).toEqual([line, code])
        expect(local.out, line).toMatch(out)
        expect(local.out + remote.out + local.complaint).not.toMatch(/password|secret/)
      }
    }).pipe(Effect.scoped), TEST_TIMEOUT)

  it.effect("what was asked for is in the audit, by whom and why, through either door", () =>
    Effect.gen(function*() {
      yield* Effect.scoped(Effect.gen(function*() {
        const [id = ""] = yield* KnownWebhooks.make(204)
        const asked = ["webhook test shop", `webhook replay shop --id ${id}`, "webhook enable gone"]
        const lines = asked.map((line) => `${line} --reason`)
        for (const line of lines) expect(yield* beside(`${line} once --by jo`)).toMatchObject({ code: 0 })
        yield* KnownWebhooks.make(204)
        for (const line of lines) expect(yield* through(`${line} twice`)).toMatchObject({ code: 0 })
        for (const [by, reason] of [["jo", "once"], ["ops", "twice"]]) {
          const audit = `audit --by ${by} --limit 3 --json`
          const { out } = yield* beside(audit)
          expect(out.split("\n").map((line) => JSON.parse(line)).toReversed()).toMatchObject([
            { type: "webhook.tested", by, reason, data: { webhook: "shop", test: expect.stringMatching(/^test-/) } },
            { type: "webhook.replayed", by, reason, data: { webhook: "shop", events: 1 } },
            { type: "webhook.enabled", by, reason, data: { webhook: "gone" } }
          ])
          expect((yield* through(audit)).out).toBe(out)
        }
      }))
    }), TEST_TIMEOUT)

  it.effect("events that are not known are named, and none is sent again", () =>
    Effect.gen(function*() {
      const [id = ""] = yield* KnownWebhooks.make(204)
      for (const door of [beside, through]) {
        const { out } = yield* beside("webhook show shop --json")
        expect(yield* door(`webhook replay shop --id nosuch --id ${id} --id none ${WHY}`)).toMatchObject({
          code: 2,
          complaint: `flash-sale: --id: no event is archived under "nosuch", "none": nothing is sent again`
        })
        expect((yield* beside("webhook show shop --json")).out).toBe(out)
      }
    }).pipe(Effect.scoped), TEST_TIMEOUT)

  it.effect("a test that is not taken says what to look at", () =>
    Effect.gen(function*() {
      yield* Effect.scoped(Effect.gen(function*() {
        yield* KnownWebhooks.make(401)
        for (const door of [beside, through]) {
          const { code, complaint, out } = yield* door("webhook test shop")
          expect([code, out]).toEqual([1, ""])
          expect(complaint).toMatch(
            /^flash-sale: webhook shop: the test event was not taken: status 401 \(after 31 ms, webhook-id /
          )
          expect(complaint).toMatch(/\nflash-sale: does the receiver have this webhook's secret, /)
        }
      }))
    }), TEST_TIMEOUT)

  it.effect(
    "one that is gone is enabled by both doors, and the admin API wants to know why",
    () =>
      Effect.gen(function*() {
        for (const door of [beside, through]) {
          yield* Effect.scoped(KnownWebhooks.make(204))
          expect((yield* beside("webhook list")).out).toMatch(/\ngone +gone /)
          expect(yield* door(`webhook enable gone ${WHY}`)).toMatchObject({
            code: 0,
            out: "webhook gone: delivering, 0 deliveries wait"
          })
        }
        const missing = yield* through("webhook enable gone")
        expect(missing).toMatchObject({ code: 2, complaint: expect.stringContaining("--reason: is missing") })
        expect(yield* through(`webhook replay shop --dead ${WHY} --by me`)).toMatchObject({ code: 2 })
        expect(yield* through(`webhook enable gone ${WHY}`, "reader")).toMatchObject({
          code: 2,
          complaint: expect.stringContaining("has not the scope admin")
        })
      }),
    TEST_TIMEOUT
  )
})

layer(engineLayer(0), { excludeTestServices: true, timeout: 60_000 })("an engine without an archive", (it) => {
  it.effect("has no webhooks, and says so by both doors", () =>
    Effect.gen(function*() {
      for (const line of ["webhook list", "webhook test shop", `webhook replay shop --dead ${WHY}`]) {
        const local = yield* beside(line)
        expect(yield* through(line)).toMatchObject({ code: 1, complaint: local.complaint })
        expect(local).toMatchObject({ code: 1, complaint: expect.stringContaining("this engine has no archive") })
      }
    }), TEST_TIMEOUT)
})
