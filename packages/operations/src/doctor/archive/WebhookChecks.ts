/** Judges the endpoints of webhooks: whether somebody delivers to them, and what they were not told. Pure. */
import type { EndpointCondition, EndpointStanding } from "@flash-sale/domain/webhooks/Standing"
import type { ArchiveFound } from "@flash-sale/infra/facts/ArchiveFacts"
import * as Looked from "@flash-sale/infra/facts/Looked"
import type { Finding } from "../Check.ts"
import * as Check from "../Check.ts"

/** Endpoints that one line names. */
const NAMED = 4

/** What is wrong with an endpoint in each condition; undefined where nothing is. */
const TROUBLE: Readonly<Record<EndpointCondition, string | undefined>> = {
  unlisted: undefined,
  disabled: undefined,
  gone: "answered 410 and is told nothing",
  full: "has as many deliveries waiting as may wait, and is told nothing new",
  unheld: "is delivered to by nobody",
  delivering: undefined
}

const isListed = ({ condition }: EndpointStanding): boolean => condition !== "unlisted"

const named = (lines: ReadonlyArray<string>): string =>
  lines.length <= NAMED ? lines.join("; ") : `${lines.slice(0, NAMED).join("; ")}; and ${lines.length - NAMED} more`

const endpoints = (found: ReadonlyArray<EndpointStanding>): Finding => {
  const listed = found.filter(isListed)
  const troubles = listed.flatMap(({ condition, name }) => {
    const trouble = TROUBLE[condition]
    return trouble === undefined ? [] : [`${name} ${trouble}`]
  })
  return troubles.length === 0
    ? Check.ok("webhooks.endpoints", Check.count(listed.length, "endpoint"))
    : Check.warning("webhooks.endpoints", named(troubles), "docs/operations.md, FlashSaleWebhookStuck")
}

const deliveries = (found: ReadonlyArray<EndpointStanding>): Finding => {
  const waiting = found.reduce((sum, one) => sum + one.waiting, 0)
  const dead = found.filter((one) => one.dead > 0)
  if (dead.length === 0) return Check.ok("webhooks.deliveries", `${waiting} wait for another attempt`)
  return Check.warning(
    "webhooks.deliveries",
    `given up: ${named(dead.map(({ dead: count, name }) => `${count} to ${name}`))}`,
    "flash-sale webhook deliveries --dead says why, flash-sale webhook replay NAME --dead sends them again"
  )
}

/** Without an archive there are no webhooks. */
export const judge = (archive: ArchiveFound): ReadonlyArray<Finding> => {
  if (archive === undefined) {
    return (["webhooks.endpoints", "webhooks.deliveries"] as const).map((id) => Check.ok(id, "there is no archive"))
  }
  const looked = "found" in archive.endpoints ? archive.endpoints : Looked.notLooked("the archive cannot be read")
  return [
    Check.judged("webhooks.endpoints", looked, endpoints),
    Check.judged("webhooks.deliveries", looked, deliveries)
  ]
}
