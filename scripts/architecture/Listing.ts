/** The rooms as they are, for people: how many, on how many floors, and which knows which. */
import type { Source } from "../Source.ts"
import { type Arrow, arrowsOf, type FileArrow, groupsOf, packageOf } from "./Graph.ts"
import { PLAN, roomOf } from "./Rooms.ts"

/** The heading of the files that are in no room. */
const OUTSIDE = "(none)"

/** Arrows between the rooms of a folder, each once. */
const roomArrowsOf = (folder: string, arrows: ReadonlyArray<FileArrow>): ReadonlyArray<Arrow> => {
  const pairs = arrows
    .map(({ from, to }) => ({ from: roomOf(folder, from) ?? OUTSIDE, to: roomOf(folder, to) ?? OUTSIDE }))
    .filter(({ from, to }) => from !== to)
  return [...new Map(pairs.map((pair) => [`${pair.from} ${pair.to}`, pair])).values()]
}

/** The number of levels, where each room is above all that it knows. A circle counts as one room. */
const floorsOf = (arrows: ReadonlyArray<Arrow>): number => {
  const floors = new Map<string, number>()
  for (const group of groupsOf(arrows)) {
    const below = arrows.filter(({ from }) => group.includes(from)).map(({ to }) => floors.get(to) ?? 0)
    for (const member of group) floors.set(member, 1 + Math.max(0, ...below))
  }
  return Math.max(1, ...floors.values())
}

const circlesOf = (arrows: ReadonlyArray<Arrow>): number => groupsOf(arrows).filter(({ length }) => length > 1).length

export interface Row {
  readonly folder: string
  readonly files: number
  readonly fileArrows: number
  readonly fileFloors: number
  readonly fileCircles: number
  readonly rooms: number
  readonly roomArrows: number
  readonly roomFloors: number
  readonly roomCircles: number
}

/** The files of a folder and the arrows between them. */
const inside = (folder: string, files: ReadonlyArray<Source>) => {
  const own = files.filter(({ path }) => path.startsWith(`${folder}/`))
  return { own, arrows: arrowsOf(own).filter(({ to }) => to.startsWith(`${folder}/`)) }
}

/** The numbers of one folder. The files in no room are a room of their own in its arrows, but do not count as one. */
export const rowOf = (folder: string, files: ReadonlyArray<Source>): Row => {
  const { arrows, own } = inside(folder, files)
  const roomArrows = roomArrowsOf(folder, arrows)
  return {
    folder,
    files: own.length,
    fileArrows: new Set(arrows.map(({ from, to }) => `${from} ${to}`)).size,
    fileFloors: floorsOf(arrows),
    fileCircles: circlesOf(arrows),
    rooms: new Set(own.flatMap(({ path }) => roomOf(folder, path) ?? [])).size,
    roomArrows: roomArrows.length,
    roomFloors: floorsOf(roomArrows),
    roomCircles: circlesOf(roomArrows)
  }
}

const namesOf = (folder: string, files: ReadonlyArray<Source>): ReadonlyArray<string> =>
  [...Map.groupBy(roomArrowsOf(folder, inside(folder, files).arrows), ({ from }) => from)]
    .toSorted(([one], [other]) => one.localeCompare(other))
    .map(([from, arrows]) => `  ${from} -> ${arrows.map(({ to }) => to).toSorted().join(", ")}`)

/** A table of all packages and of all folders in the plan, and below it which room knows which. */
export const listing = (files: ReadonlyArray<Source>): string => {
  const packages = files.map(({ path }) => `packages/${packageOf(path)}/src`)
  const folders = [...new Set([...packages, ...Object.keys(PLAN)])].toSorted()
    .filter((folder) => inside(folder, files).own.length > 0)
  const rows = folders.map((folder) => rowOf(folder, files))
  const columns = Object.keys(rows[0] ?? {}) as ReadonlyArray<keyof Row>
  const line = (cellOf: (column: keyof Row) => string | number) =>
    columns.map((column) => column === "folder" ? `${cellOf(column)}`.padEnd(26) : `${cellOf(column)}`.padStart(11))
      .join(" ")
  const table = [line((column) => column), ...rows.map((row) => line((column) => row[column]))]
  const names = folders.flatMap((folder) => ["", folder].concat(namesOf(folder, files)))
  return table.concat(names, "").join("\n")
}
