// What the npm scripts run first: packages that are missing or differ from package-lock.json are installed. Plain
// JavaScript, because on a fresh clone it runs on the machine's own Node, which may be 20 and reads no TypeScript.
//
//   node scripts/setup.mjs run       what the product needs
//   node scripts/setup.mjs develop   that, and what checks and tests need
import { spawnSync } from "node:child_process"
import { existsSync, linkSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs"
import { delimiter, join, resolve } from "node:path"
import { fileURLToPath } from "node:url"

const LEAST_NODE = 20
const LEAST_NODE_FOR_SOURCES = 24
const WAIT_MILLIS = 100

const root = fileURLToPath(new URL("..", import.meta.url))
const bin = join(root, "node_modules", ".bin")
const lockFolder = join(root, ".setup-lock")

/**
 * @typedef {{ version?: string, integrity?: string, dev?: boolean, optional?: boolean, devOptional?: boolean }} Entry
 * @typedef {{ packages: Record<string, Entry> }} Lockfile
 */

/**
 * The first difference between what is locked and what npm says it has installed, or undefined. Optional packages are
 * for one platform each, so they may be missing; only the Node of this platform may not.
 *
 * @param {Lockfile} locked
 * @param {Lockfile | undefined} installed
 * @param {{ develop: boolean, platform: string }} needs
 */
export const difference = (locked, installed, { develop, platform }) => {
  if (installed === undefined) return "node_modules is missing"
  for (const [path, entry] of Object.entries(locked.packages)) {
    if (!path.includes("node_modules/") || (!develop && (entry.dev || entry.devOptional))) continue
    const found = installed.packages[path]
    const isOptional = entry.optional === true && path !== `node_modules/node-${platform}`
    if (found === undefined && isOptional) continue
    if (found === undefined) return `${path} is missing`
    if (found.version !== entry.version || found.integrity !== entry.integrity) return `${path} is another version`
  }
}

/** @param {string} path @returns {Lockfile | undefined} */
const readLockfile = (path) => existsSync(path) ? JSON.parse(readFileSync(path, "utf8")) : undefined

/** @param {boolean} develop */
const outdated = (develop) => {
  const locked = readLockfile(join(root, "package-lock.json"))
  if (locked === undefined) return "package-lock.json is missing"
  // npm writes its own list of node_modules last, so an interrupted installation has none.
  const installed = readLockfile(join(root, "node_modules", ".package-lock.json"))
  return difference(locked, installed, { develop, platform: `${process.platform}-${process.arch}` })
}

/** @param {number} pid */
const isAlive = (pid) => {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return error instanceof Error && "code" in error && error.code === "EPERM"
  }
}

/** @param {string} path @returns {string | undefined} */
const readIfThere = (path) => {
  try {
    return readFileSync(path, "utf8")
  } catch {
    return undefined
  }
}

/**
 * Follows the links of a lock folder, from the first owner over those who took over from the dead, to the one who holds
 * it. Answers the first link that is free, and the living process before it if there is one.
 *
 * @param {string} folder
 */
const follow = (folder) => {
  let link = "owner"
  while (true) {
    const holder = readIfThere(join(folder, link))
    if (holder === undefined || isAlive(Number(holder))) return { link, holder: Number(holder ?? NaN) }
    link = `after-${holder}`
  }
}

/** @param {string} folder @returns {boolean} */
const tryToHold = (folder) => {
  mkdirSync(folder, { recursive: true })
  const me = join(folder, `pid-${process.pid}`)
  const { holder, link } = follow(folder)
  if (!Number.isNaN(holder)) return holder === process.pid
  try {
    // A link appears in one step together with what it says, and fails where there is one already.
    writeFileSync(me, `${process.pid}`)
    linkSync(me, join(folder, link))
  } catch (error) {
    const code = error instanceof Error && "code" in error ? error.code : undefined
    if (code === "EEXIST" || code === "ENOENT") return false
    throw error
  }
  // The holder may have taken the folder away since we looked, and the link be in a new one, where it leads nowhere.
  if (follow(folder).holder === process.pid) return true
  rmSync(join(folder, link), { force: true })
  return false
}

/**
 * Runs `body` while no other process does. The lock of a process that died inside passes on to exactly one of those who
 * wait.
 *
 * @param {string} folder
 * @param {() => void} body
 */
export const exclusively = (folder, body) => {
  while (!tryToHold(folder)) Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, WAIT_MILLIS)
  try {
    body()
  } finally {
    // Renamed first, because that is one step: no other process can link into a folder that is half removed.
    const gone = `${folder}-${process.pid}`
    renameSync(folder, gone)
    rmSync(gone, { recursive: true })
  }
}

/** @param {string} line @returns {never} */
const fail = (line) => {
  process.stderr.write(`setup: ${line}\n`)
  process.exit(1)
}

/** @param {boolean} develop @param {string} reason */
const install = (develop, reason) => {
  process.stderr.write(`setup: installing packages with npm ci, because ${reason}\n`)
  // npm itself must not run on the Node inside node_modules: `npm ci` begins by deleting it.
  const path = (process.env.PATH ?? "").split(delimiter).filter((entry) => resolve(entry) !== bin).join(delimiter)
  // NODE_ENV=production makes npm leave out what only checks and tests need.
  const include = develop ? ["--include=dev"] : []
  const { error, status, stderr, stdout } = spawnSync("npm", ["ci", "--loglevel=error", ...include], {
    cwd: root,
    encoding: "utf8",
    env: { ...process.env, PATH: path },
    shell: process.platform === "win32"
  })
  if (status === 0) return
  process.stderr.write(`${stdout ?? ""}${stderr ?? ""}`)
  fail(`npm ci failed (${error?.message ?? `exit code ${status}`}); nothing was started`)
}

const main = () => {
  const major = Number(process.versions.node.split(".")[0])
  if (major < LEAST_NODE) fail(`needs Node ${LEAST_NODE} or later, this is ${process.version}`)
  const develop = process.argv[2] === "develop"
  if (outdated(develop) !== undefined) {
    exclusively(lockFolder, () => {
      // The process that held the lock before may have done the work.
      const reason = outdated(develop)
      if (reason !== undefined) install(develop, reason)
    })
  }
  if (major < LEAST_NODE_FOR_SOURCES && !existsSync(join(bin, "node"))) {
    fail(
      `there is no packaged Node for ${process.platform}-${process.arch}: ` +
        `put Node ${LEAST_NODE_FOR_SOURCES} or later on the PATH`
    )
  }
}

if (process.argv[1] !== undefined && resolve(process.argv[1]) === fileURLToPath(import.meta.url)) main()
