/** Callbacks in place of fibers, for paths where a fiber for each order costs too much. */
import type { Brand } from "effect"

/**
 * Receives the result of one operation. It is called once, perhaps before the operation has returned; it is short, as
 * results of one batch are delivered one after the other; and it never throws.
 *
 * The brand says that something sees to it: `infra/actor/Completion` makes completions out of plain functions. Why
 * callbacks: docs/decisions/0013-the-hot-route.md.
 */
export type Completion<A> = ((result: A) => void) & Brand.Brand<"@flash-sale/domain/ports/Completion">
