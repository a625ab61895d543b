/**
 * New events of one endpoint, in the order of the archive. Several are under way at once, and the cursor moves over
 * those that are over and have none before them that is not. Pure but for its own state.
 */
import type { ArchivedEvent, Failure } from "@flash-sale/domain/webhooks/Sending"

interface Entry {
  /** The number that the cursor has when this is over. */
  readonly upTo: number
  isOver: boolean
  failed: { readonly event: ArchivedEvent; readonly failure: Failure } | undefined
}

export interface Over {
  readonly cursor: number
  readonly failed: ReadonlyArray<{ readonly event: ArchivedEvent; readonly failure: Failure }>
}

export interface Window {
  /** An event is under way from now on. What is given ends that. */
  readonly begin: (event: ArchivedEvent) => (failure: Failure | undefined) => void
  /** Everything up to this number was looked at. */
  readonly pass: (upTo: number) => void
  readonly size: () => number
  /** Events that are under way, or have failed and stand in no row yet. */
  readonly open: () => number
  /** Takes what is over, with nothing before it that is not; undefined where there is none. */
  readonly takeOver: () => Over | undefined
}

export const make = (): Window => {
  let entries: Array<Entry> = []
  let open = 0
  return {
    begin: (event) => {
      const entry: Entry = { upTo: event.entry, isOver: false, failed: undefined }
      entries.push(entry)
      open += 1
      return (failure) => {
        entry.isOver = true
        if (failure === undefined) open -= 1
        entry.failed = failure === undefined ? undefined : { event, failure }
      }
    },
    pass: (upTo) => {
      entries.push({ upTo, isOver: true, failed: undefined })
    },
    size: () => entries.length,
    open: () => open,
    takeOver: () => {
      const first = entries.findIndex(({ isOver }) => !isOver)
      const over = first === -1 ? entries : entries.slice(0, first)
      const last = over.at(-1)
      if (last === undefined) return undefined
      entries = first === -1 ? [] : entries.slice(first)
      const failed = over.flatMap((entry) => entry.failed ?? [])
      open -= failed.length
      return { cursor: last.upTo, failed }
    }
  }
}
