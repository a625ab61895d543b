/**
 * How far the archive is behind what is told, in time: the time of the newest event less that of the newest which is
 * archived. Pure.
 *
 * **Details**: that an event is the newest is seen within a second of its coming, and counts as its time: to read its
 * own would cost a fetch. Nothing is behind where everything is read.
 */

/** How far one partition of events is. Times are in milliseconds since 1970 (UTC). */
export interface Progress {
  /** The offset that is read next, and the one that the next event will get. */
  readonly next: number
  readonly end: number
  /** When the end was first seen where it is. */
  readonly toldAt: number
  /** The time of the newest event that is archived, or when reading began. */
  readonly archivedAt: number
}

export const begin = (next: number, now: number): Progress => ({ next, end: next, toldAt: now, archivedAt: now })

/** The end was seen at this offset. */
export const sawEnd = (progress: Progress, end: number, now: number): Progress =>
  end > progress.end ? { ...progress, end, toldAt: now } : progress

/** Everything before `next` is archived; the newest of it is of this time. */
export const reached = (progress: Progress, next: number, archivedAt: number): Progress => ({
  ...progress,
  next,
  end: Math.max(progress.end, next),
  archivedAt
})

/** In seconds. */
export const secondsOf = ({ archivedAt, end, next, toldAt }: Progress): number =>
  next >= end ? 0 : Math.max(0, toldAt - archivedAt) / 1000

/** The lag of the partition that is furthest behind; 0 where there is none. */
export const worst = (all: Iterable<Progress>): number => Math.max(0, ...Array.from(all, secondsOf))
