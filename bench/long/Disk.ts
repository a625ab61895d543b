/** What is on the disk. */
import { readdir, stat, statfs } from "node:fs/promises"
import { join } from "node:path"

const GIB = 1024 ** 3

const orGone = <A>(none: A) => (error: NodeJS.ErrnoException): A => {
  if (error.code === "ENOENT") return none
  throw error
}

/** The bytes of the files in a folder and below it whose path passes. What goes meanwhile counts nothing. */
export const bytesIn = async (folder: string, isMeant: (path: string) => boolean = () => true): Promise<number> => {
  const entries = await readdir(folder, { withFileTypes: true }).catch(orGone([]))
  const sizes = entries.map(async (entry) => {
    const path = join(folder, entry.name)
    if (entry.isDirectory()) return bytesIn(path, isMeant)
    if (!entry.isFile() || !isMeant(path)) return 0
    return stat(path).then(({ blocks, size }) => Math.min(size, blocks * 512), orGone(0))
  })
  return (await Promise.all(sizes)).reduce((sum, size) => sum + size, 0)
}

export const gibOf = (bytes: number): string => `${(bytes / GIB).toFixed(1)} GiB`

/** Fails where the disk of the folder has less room than that. */
export const checkRoom = async (folder: string, needed: number, what: string): Promise<void> => {
  const { bavail, bsize } = await statfs(folder)
  const room = bavail * bsize
  if (room < needed) throw new Error(`${folder} has ${gibOf(room)} of room, and ${what} needs ${gibOf(needed)}`)
}
