/**
 * Which module may know which, and what no module may do. Each rule is a file of `architecture/`, where the exceptions
 * from it and their reasons are at the top. With `--rooms` it lists the rooms as well.
 */
import { checkBanned, checkReasons } from "./architecture/Banned.ts"
import { checkCircles } from "./architecture/Circles.ts"
import { checkAdapters, checkImports } from "./architecture/Imports.ts"
import { listing } from "./architecture/Listing.ts"
import { checkNames, checkTwice } from "./architecture/Names.ts"
import { checkRooms } from "./architecture/Rooms.ts"
import { checkFolders, checkLines, checkModules } from "./architecture/Sizes.ts"
import { WALL_CLOCK } from "./architecture/WallClock.ts"
import { sources } from "./Source.ts"
import { report } from "./Violation.ts"

const dependencies = (text: string): ReadonlyArray<string> => {
  const { dependencies = {} }: { readonly dependencies?: Record<string, string> } = JSON.parse(text)
  return Object.keys(dependencies)
}

if (import.meta.main) {
  const modules = sources("packages/*/src/**/*.ts")
  const written = sources("{packages,scripts,bench,test,lua}/**/*.{ts,mjs,lua}")
  const declared = Object.fromEntries(
    sources("packages/*/package.json").map(({ path, text }) => [path.split("/")[1]!, dependencies(text)])
  )
  report("architecture", [
    ...checkImports(modules, declared),
    ...checkAdapters(modules),
    ...checkRooms(modules),
    ...checkCircles(modules),
    ...checkBanned(modules),
    ...checkBanned(modules, WALL_CLOCK),
    ...checkReasons(modules),
    ...checkNames(modules),
    ...checkTwice(modules),
    ...checkModules(modules),
    ...checkFolders(modules),
    ...checkLines(written)
  ])
  if (process.argv.includes("--rooms")) process.stdout.write(`\n${listing(modules)}`)
}
