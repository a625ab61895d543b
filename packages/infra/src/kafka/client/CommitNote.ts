/**
 * The note beside a committed offset: the number of partitions of the log. The group's offsets outlive a store that is
 * emptied, and a note is no record, so older releases take no notice of it. Decision 0029.
 */

const NOTE = /^partitions=(\d{1,5})$/

export const of = (partitions: number): string => `partitions=${partitions}`

/** The number; undefined where the note is absent, as in a commit of an older release. */
export const read = (note: string | null): number | undefined => {
  const [, digits] = NOTE.exec(note ?? "") ?? []
  return digits === undefined ? undefined : Number(digits)
}
