/** Loaded into a process before everything else: when that ends it writes what it has loaded, and what it took. */
import { writeFileSync } from "node:fs"
import { registerHooks } from "node:module"

const packages = new Set<string>()

registerHooks({
  load: (url, context, next) => {
    const [, name] = /\/(?:node_modules|packages(?=\/[a-z]+\/src))\/((?:@[^/]+\/)?[^/]+)/.exec(url) ?? []
    if (name !== undefined) packages.add(name)
    return next(url, context)
  }
})

process.on("exit", () => {
  const { system, user } = process.cpuUsage()
  const { maxRSS } = process.resourceUsage()
  writeFileSync(
    process.env["LOADED_MODULES"]!,
    JSON.stringify({ packages: [...packages], cpuMillis: (system + user) / 1_000, megabytes: maxRSS / 1_024 })
  )
})
