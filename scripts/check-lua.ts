/**
 * Every Lua script says what it is given and what it returns, says the truth, is bound once, and agrees with the
 * domain.
 */
import { checkBindings, checkListed } from "./lua/Bindings.ts"
import { checkConstants } from "./lua/Constants.ts"
import { checkScript } from "./lua/Headers.ts"
import { checkLengths, MAX_PIECE_LINES } from "./lua/Lengths.ts"
import { checkIncludes, checkPiece } from "./lua/Pieces.ts"
import { sources } from "./Source.ts"
import { report } from "./Violation.ts"

const BINDINGS = "packages/infra/src/redis/Scripts.ts"

if (import.meta.main) {
  const scripts = sources("lua/*.lua")
  const pieces = sources("lua/lib/*.lua")
  const readme = sources("lua/README.md")[0] ?? { path: "lua/README.md", text: "" }
  const bindings = sources(BINDINGS)[0] ?? { path: BINDINGS, text: "" }
  report("lua", [
    ...scripts.flatMap(checkScript),
    ...checkLengths(scripts),
    ...checkLengths(pieces, {}, MAX_PIECE_LINES),
    ...pieces.flatMap(checkPiece),
    ...checkIncludes(scripts, pieces),
    ...checkBindings(scripts, bindings),
    ...checkListed(scripts, readme),
    ...checkConstants([...scripts, ...pieces])
  ])
}
