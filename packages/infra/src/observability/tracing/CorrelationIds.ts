/** The ids by which everything about one order is found: the caller's own where it is a valid one, else a new one. */
import { CorrelationId } from "@flash-sale/domain/records/Ids"
import { Schema } from "effect"
import { randomUUID } from "node:crypto"

/** The header by which a caller gives its own. */
export const HEADER = "x-correlation-id"

const isValid = Schema.is(CorrelationId)

/** A random UUID, version 4: asked for with each order, so not checked to be what it is by how it is made. */
export const make = (): CorrelationId => randomUUID() as string as CorrelationId

/** Reads `text` as a correlation id. */
export const fromHeader = (text: string | undefined): CorrelationId | undefined =>
  text !== undefined && isValid(text) ? text : undefined
