/** What is on the disk. */
import { readdir, stat, statfs } from "node:fs/promises"
import { join } from "node:path"

const GIB = 1024 ** 3

/** The bytes of the files in a folder and below it whose path passes. One that goes meanwhile counts nothing. */
export const bytesIn = async (folder: string, isMeant: (path: string) => boolean = () => true): Promise<number> => {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true })
  const sizes = entries.filter((entry) => entry.isFile()).map(async ({ name, parentPath }) => {
    const path = join(parentPath, name)
    return isMeant(path) ? stat(path).then(({ blocks, size }) => Math.min(size, blocks * 512), () => 0) : 0
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
