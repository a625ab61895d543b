/** The programs that tests need: found on the PATH, or installed by apt where that is allowed without a question. */
import { execFile } from "node:child_process"
import { access, constants } from "node:fs/promises"
import { delimiter, join } from "node:path"
import { promisify } from "node:util"

const run = promisify(execFile)

/** How long installing one package may take. */
const INSTALL_MILLIS = 180_000
const ASK_MILLIS = 3_000
/** The machine may be installing something else just now. */
const APT = ["-q", "-o", "DPkg::Lock::Timeout=120"]

/** Where a program is on the PATH. */
export const find = async (program: string): Promise<string | undefined> => {
  for (const folder of (process.env["PATH"] ?? "").split(delimiter)) {
    const path = join(folder, program)
    if (await access(path, constants.X_OK).then(() => true, () => false)) return path
  }
}

/** Runs a program to its end. Fails with what it said where it fails or takes too long. */
export const execute = async (
  program: string,
  args: ReadonlyArray<string>,
  timeoutMillis: number
): Promise<string> => {
  try {
    return (await run(program, args, { timeout: timeoutMillis, killSignal: "SIGKILL" })).stdout
  } catch (error) {
    const said = error instanceof Error && "stderr" in error ? String(error.stderr).trim() : ""
    const last = (said === "" ? String(error) : said).split("\n").at(-1)!
    throw new Error(`${program} ${args.slice(0, 2).join(" ")}: ${last}`, { cause: error })
  }
}

/** What comes before `apt-get` for it to be allowed to install. */
const rights = async (): Promise<ReadonlyArray<string>> => {
  if (await find("apt-get") === undefined) throw new Error("and there is no apt-get to install it with")
  if (process.getuid?.() === 0) return []
  if (await find("sudo") === undefined) throw new Error("and only root may install it")
  await execute("sudo", ["-n", "true"], ASK_MILLIS)
  return ["sudo", "-n"]
}

const install = async (packageName: string): Promise<void> => {
  const [program = "env", ...before] = [...await rights(), "env", "DEBIAN_FRONTEND=noninteractive", "apt-get", ...APT]
  await execute(program, [...before, "update"], INSTALL_MILLIS)
  await execute(program, [...before, "install", "-y", "--no-install-recommends", packageName], INSTALL_MILLIS)
}

/** One at a time, because apt has a lock. */
let installing: Promise<void> = Promise.resolve()

/** Where the program is, after installing its package if need be. */
export const findOrInstall = async (program: string, packageName: string): Promise<string> => {
  const found = await find(program)
  if (found !== undefined) return found
  const mine = installing.then(() => install(packageName))
  installing = mine.catch(() => {})
  try {
    await mine
  } catch (error) {
    throw new Error(`${program} is not installed (${error instanceof Error ? error.message : error})`, { cause: error })
  }
  const path = await find(program)
  if (path === undefined) throw new Error(`the package ${packageName} brought no ${program}`)
  return path
}
