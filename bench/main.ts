/**
 * `npm run bench`: one table of everything that has an aim. `npm run bench -- <what>`: measures one part of the engine,
 * and prints its figures.
 */
import * as Archive from "./Archive.ts"
import * as Callers from "./Callers.ts"
import * as Embedded from "./Embedded.ts"
import * as Events from "./Events.ts"
import * as FrontDoor from "./FrontDoor.ts"
import * as Gateway from "./Gateway.ts"
import * as Holds from "./Holds.ts"
import * as Hostile from "./Hostile.ts"
import * as Long from "./Long.ts"
import * as Overview from "./overview/Overview.ts"
import * as Processor from "./Processor.ts"
import * as Recovery from "./Recovery.ts"
import * as Refused from "./Refused.ts"
import * as Start from "./Start.ts"
import * as Webhooks from "./Webhooks.ts"

const benches: Readonly<Record<string, () => Promise<void>>> = {
  archive: Archive.run,
  callers: Callers.run,
  embedded: Embedded.run,
  events: Events.run,
  door: FrontDoor.run,
  gateway: Gateway.run,
  holds: Holds.run,
  hostile: Hostile.run,
  long: Long.run,
  processor: Processor.run,
  recovery: Recovery.run,
  refused: Refused.run,
  start: Start.run,
  webhooks: Webhooks.run
}

const wanted = process.argv[2]
const bench = wanted === undefined ? Overview.run : Object.hasOwn(benches, wanted) ? benches[wanted] : undefined
if (bench === undefined) {
  process.stderr.write(
    `bench: nothing is called ${wanted}: say ${Object.keys(benches).join(", ")}, or nothing for the table of all\n`
  )
  process.exitCode = 1
} else await bench()
