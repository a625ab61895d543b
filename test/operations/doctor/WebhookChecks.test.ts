/** What each standing of an endpoint is worth, and how it is mended. */
import { EndpointName } from "@flash-sale/domain/webhooks/Endpoint"
import type { EndpointCondition, EndpointStanding } from "@flash-sale/domain/webhooks/Standing"
import type { ArchiveFacts } from "@flash-sale/infra/facts/ArchiveFacts"
import * as WebhookChecks from "@flash-sale/operations/doctor/archive/WebhookChecks"
import { expect, it } from "vitest"

const standing = (name: string, condition: EndpointCondition, more: Partial<EndpointStanding> = {}) =>
  ({ name: EndpointName.make(name), condition, waiting: 0, dead: 0, ...more }) as EndpointStanding

const judged = (...found: ReadonlyArray<EndpointStanding>) =>
  WebhookChecks.judge({ endpoints: { found } } as unknown as ArchiveFacts)
    .map(({ detail, verdict }) => [verdict, detail])

it("has nothing to mend where endpoints are told, off, or no longer listed", () => {
  expect(judged(
    standing("shop", "delivering", { waiting: 3 }),
    standing("off", "disabled"),
    standing("old", "unlisted")
  )).toEqual([["ok", "2 endpoints"], ["ok", "3 wait for another attempt"]])
  expect(judged()).toEqual([["ok", "0 endpoints"], ["ok", "0 wait for another attempt"]])
})

it("names endpoints that are told nothing, and why", () => {
  const [found] = judged(standing("a", "gone"), standing("b", "full"), standing("c", "unheld"))
  expect(found).toEqual([
    "warning",
    "a answered 410 and is told nothing; b has as many deliveries waiting as may wait, and is told nothing new; " +
    "c is delivered to by nobody"
  ])
  const [many] = judged(...["a", "b", "c", "d", "e", "f"].map((name) => standing(name, "unheld")))
  expect(many?.[1]).toMatch(/d is delivered to by nobody; and 2 more$/)
})

it("names deliveries that were given up, also to an endpoint that has left the file", () => {
  const [, found] = judged(standing("a", "delivering", { dead: 2 }), standing("old", "unlisted", { dead: 1 }))
  expect(found).toEqual(["warning", "given up: 2 to a; 1 to old"])
})

it("says nothing of an archive that cannot be read, and nothing is wrong without one", () => {
  const why = { why: "connect ECONNREFUSED" }
  expect(WebhookChecks.judge({ endpoints: why } as unknown as ArchiveFacts).map(({ verdict }) => verdict)).toEqual([
    "not_looked_at",
    "not_looked_at"
  ])
  expect(WebhookChecks.judge(undefined).map(({ verdict }) => verdict)).toEqual(["ok", "ok"])
})
