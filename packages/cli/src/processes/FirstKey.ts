/** A key for the operator on the first run. It is told once, and only its hash is kept. */
import { KeyName } from "@flash-sale/domain/access/ApiKey"
import { OrderLog } from "@flash-sale/domain/ports/OrderLog"
import type { WantedPort } from "@flash-sale/infra/http/listening/FreePorts"
import * as Infra from "@flash-sale/infra/Infra"
import * as Log from "@flash-sale/infra/observability/logs/Log"
import type * as Settings from "@flash-sale/infra/Settings"
import { Console, Effect, Layer, Stdio } from "effect"
import { join } from "node:path"
import * as AdminPort from "./AdminPort.ts"

/** Where the key of the first run is, where nobody sits at a terminal. */
export const FILE_NAME = "admin.key"

const FIRST: Infra.NewKey = { name: KeyName.make("admin"), scopes: ["admin"], expiresAt: undefined }

const OFF = "There is no admin API, as ADMIN_PORT is off"
const ANOTHER = "flash-sale key create --name NAME --scopes admin makes a key"

/**
 * Makes the file of the keys in the data folder where there is none, with one key for everything. A terminal shows the
 * key; else it is in a file beside, for the owner of the folder alone, and a log line names that file. Where
 * API_KEYS_FILE names another file its owner makes the keys. `admin` is where the admin API listens. Needs the engine
 * that holds the folder.
 */
export const layer = (
  dataDir: string,
  { keysFile }: Pick<Settings.AccessSettings, "keysFile">,
  admin: WantedPort | undefined
): Layer.Layer<never, Infra.KeyFailure, OrderLog | Stdio.Stdio> =>
  Layer.effectDiscard(Effect.gen(function*() {
    yield* OrderLog
    const { stdoutIsTerminal } = yield* Stdio.Stdio
    const isTerminal = yield* stdoutIsTerminal
    const say = (line: string) => isTerminal ? Console.log(line) : Log.info(line, { event: "first_key" })
    /** In a fragment no server sees it, and the page takes it out of its address. */
    const console = (fragment: string) =>
      admin === undefined ? Effect.void : say(`Console: ${AdminPort.urlOf(admin)}/console${fragment}`)
    const where = admin === undefined ? OFF : `Admin API: ${AdminPort.urlOf(admin)}`
    const keepIn = isTerminal ? undefined : join(dataDir, FILE_NAME)
    const key = keysFile === undefined
      ? yield* Infra.keys.createFirst(Infra.keysFileIn(dataDir), FIRST, keepIn)
      : undefined
    yield* console(key === undefined || keepIn !== undefined ? "" : `#key=${key}`)
    if (key === undefined) return yield* say(`${where} (${ANOTHER})`)
    yield* say(keepIn === undefined ? `${where} key: ${key}` : `${where}, its key is in ${keepIn}`)
  }))
