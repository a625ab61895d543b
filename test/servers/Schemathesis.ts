/**
 * Schemathesis, which asks an API everything that its document allows and forbids: found, or installed beside the
 * project.
 */
import { access, constants, mkdir, rm } from "node:fs/promises"
import { homedir } from "node:os"
import { join } from "node:path"
import { execute, find } from "./Programs.ts"

const VERSION = "4.32.5"
const INSTALL_MILLIS = 300_000

const at = (folder: string): string => join(folder, "bin", "schemathesis")

/** Path of the program. Fails with the reason where there is no Python 3, or no package to be had. */
export const program = async (): Promise<string> => {
  const cache = process.env["XDG_CACHE_HOME"] ?? join(homedir(), ".cache")
  const folder = join(cache, "flash-sale-tests", `schemathesis-${VERSION}`)
  const isThere = await access(at(folder), constants.X_OK).then(() => true, () => false)
  if (isThere) return at(folder)
  const python = await find("python3")
  if (python === undefined) throw new Error("there is no python3 to install schemathesis with")
  await mkdir(join(cache, "flash-sale-tests"), { recursive: true })
  try {
    // A folder of programs cannot be moved once it is made: scripts name their interpreter.
    await execute(python, ["-m", "venv", folder], INSTALL_MILLIS)
    await execute(join(folder, "bin", "pip"), ["install", "-q", `schemathesis==${VERSION}`], INSTALL_MILLIS)
  } catch (error) {
    await rm(folder, { recursive: true, force: true })
    throw error
  }
  return at(folder)
}
