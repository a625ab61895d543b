/** An engine of an earlier release, out of this repository's own history, in a folder of its own. */
import { spawnSync } from "node:child_process"
import { mkdtemp, rm } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import { spawnLogged } from "../../servers/Processes.ts"
import { type Found, orReason } from "../../servers/Unavailable.ts"
import { afterDeath } from "../../servers/Watchdog.ts"

/** The last build that knew version 1 of the rules alone. */
const COMMIT = "f9f29e4a6f0730622a125636cf600283d202698a"
const ROOT = fileURLToPath(new URL("../../..", import.meta.url))
/** What it takes from there: the sources, and what npm needs to install what they need. */
const PARTS = ["package.json", "package-lock.json", ".npmrc", "packages", "lua", "scripts"]
const INSTALL = ["ci", "--omit=dev", "--ignore-scripts", "--no-audit", "--no-fund", "--prefer-offline"]

export interface OldBuild {
  /** The first file of its command, or why it cannot be had. */
  readonly main: Found
  readonly remove: () => Promise<void>
}

const run = async (command: string, args: ReadonlyArray<string>, cwd: string): Promise<void> => {
  const { exit, output } = await spawnLogged(command, args, { cwd })
  const { code } = await exit
  if (code !== 0) throw new Error(`${command} ${args.join(" ")} ended with ${code}: ${output().slice(-1_000)}`)
}

const isInClone = (): boolean => spawnSync("git", ["cat-file", "-e", `${COMMIT}^{commit}`], { cwd: ROOT }).status === 0

/** Where the commit is not in this clone, or its packages cannot be installed, `main` is the reason. */
export const make = async (): Promise<OldBuild> => {
  if (!isInClone()) {
    return {
      main: { reason: `commit ${COMMIT} is not in this clone` },
      remove: () => Promise.resolve()
    }
  }
  const folder = await mkdtemp(join(tmpdir(), "flash-sale-old-"))
  const forget = afterDeath(`rm -rf '${folder}'`)
  const main = await orReason(async () => {
    const archive = join(folder, "build.tar")
    await run("git", ["archive", "--format=tar", `--output=${archive}`, COMMIT, ...PARTS], ROOT)
    await run("tar", ["-xf", archive], folder)
    await run("npm", INSTALL, folder)
    return join(folder, "packages/cli/src/main.ts")
  })
  return {
    main,
    remove: async () => {
      await rm(folder, { recursive: true, force: true })
      forget()
    }
  }
}
