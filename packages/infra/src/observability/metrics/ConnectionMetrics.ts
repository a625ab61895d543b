/** The connections of each port against their bound, by the service whose port it is. */
import type { Metric } from "effect"
import { counter, gauge, labelled, type Service } from "./Series.ts"

/**
 * Whose port it is; `reconcile` is `flash-sale reconcile --every`, `admin` the admin API of a gateway, `archive` the
 * process that fills the archive, `webhooks` the one that sends events.
 */
export type Port = Service | "admin" | "archive" | "reconcile" | "webhooks"

/**
 * Why a connection was closed, or not let in. `full`: as many are open as may be. `address`: as many of its address.
 * `slow`: its client did not read. `pipelined`: its client sent too many requests ahead. `accept`: the system had no
 * descriptor for it. `malformed`, `head_too_large`, `late`: what came on it was no request, had a head that was too
 * large, or did not come in time; what was taken before is answered.
 */
export const DROP_REASONS = [
  "full",
  "address",
  "slow",
  "pipelined",
  "accept",
  "malformed",
  "head_too_large",
  "late"
] as const
export type DropReason = (typeof DROP_REASONS)[number]

const make = (port: Port) => {
  const dropped = counter(`${port}_connections_dropped_total`, "Connections that were closed or not let in, by reason")
  return {
    open: gauge(`${port}_connections`, "Open connections to the port"),
    max: gauge(`${port}_connections_max`, "Connections to the port that may be open"),
    dropped: labelled(DROP_REASONS, "reason", dropped)
  }
}
export type ConnectionMetrics = ReturnType<typeof make>

const ports = {
  gateway: make("gateway"),
  processor: make("processor"),
  admin: make("admin"),
  archive: make("archive"),
  reconcile: make("reconcile"),
  webhooks: make("webhooks")
}

/** The series of one port. */
export const of = (port: Port): ConnectionMetrics => ports[port]

/** All series of one port. */
export const all = (port: Port): ReadonlyArray<Metric.Metric<never, unknown>> => {
  const { dropped, max, open } = of(port)
  return [open, max, ...dropped.all]
}

/** The series of each service that exist from its start, at 0. */
export const initial: Readonly<Record<Service, ReadonlyArray<Metric.Metric<never, unknown>>>> = {
  gateway: all("gateway"),
  processor: all("processor")
}
