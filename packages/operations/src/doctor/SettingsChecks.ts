/** Judges the settings of this command, which are those of the services that are started with them. Pure. */
import type { AuthMode } from "@flash-sale/domain/access/MayDo"
import type * as Looked from "@flash-sale/infra/facts/Looked"
import type { MachineFacts } from "@flash-sale/infra/observability/MachineLook"
import type { NamedFile } from "@flash-sale/infra/settings/SecretFiles"
import type { Finding } from "./Check.ts"
import * as Check from "./Check.ts"

export interface SettingsFacts {
  /** What is wrong with the variables: a line for each. */
  readonly wrong: ReadonlyArray<string>
  readonly secrets: Looked.Looked<ReadonlyArray<NamedFile>>
  readonly auth: Looked.Looked<AuthMode>
  readonly isEmbedded: boolean
  /** Whether a provider takes the money. */
  readonly isCharging: Looked.Looked<boolean>
  /** Whether payment tokens are encrypted; with one file its engine makes keys by itself. */
  readonly hasTokenKeys: Looked.Looked<boolean>
}

const variables = ({ wrong }: SettingsFacts): Finding =>
  wrong.length === 0
    ? Check.ok("settings.variables", "all of them make sense")
    : Check.wrong("settings.variables", wrong.join("; "), "README.md, Configuration, says what each variable takes")

const secrets = (facts: SettingsFacts): Finding =>
  Check.judged("settings.secrets", facts.secrets, (files) => {
    const bad = files.filter(({ wrong }) => wrong !== undefined)
    if (bad.length > 0) {
      return Check.wrong(
        "settings.secrets",
        bad.map(({ variable, wrong }) => `${variable}: ${wrong}`).join("; "),
        "chmod 0640 or less, and its owner the user of the engine"
      )
    }
    return Check.ok(
      "settings.secrets",
      files.length === 0 ? "no file is named" : `${Check.count(files.length, "file")}`
    )
  })

const access = ({ auth, isEmbedded }: SettingsFacts): Finding =>
  Check.judged("access.mode", auth, (mode) => {
    if (mode === "required") return Check.ok("access.mode", "required: with a key or a token")
    const detail = "open: anybody who reaches the port orders, for any user"
    return isEmbedded
      ? Check.ok("access.mode", detail)
      : Check.warning("access.mode", detail, "set AUTH=required: docs/operations.md, API keys and buyers' tokens")
  })

const payments = ({ isCharging }: SettingsFacts): Finding =>
  Check.judged("payments.mode", isCharging, (is) =>
    is
      ? Check.ok("payments.mode", "a provider takes the money")
      : Check.warning(
        "payments.mode",
        "simulated: orders are completed, and no money is taken",
        "for a sale set PAYMENTS=provider, PAYMENT_URL and PAYMENT_API_KEY"
      ))

const tokens = ({ hasTokenKeys }: SettingsFacts): Finding =>
  Check.judged("payments.token_keys", hasTokenKeys, (has) =>
    has
      ? Check.ok("payments.token_keys", "tokens are encrypted")
      : Check.warning(
        "payments.token_keys",
        "none: the tokens by which buyers are charged are in the log in clear",
        "set PAYMENT_TOKEN_KEY_FILE: docs/payments.md, Payment tokens"
      ))

/** All findings on the settings. */
export const judge = (facts: SettingsFacts): ReadonlyArray<Finding> => [
  variables(facts),
  secrets(facts),
  access(facts),
  payments(facts),
  tokens(facts)
]

/** A gateway has up to 10,000 connections, and files and connections of its own besides. */
const NEEDED_FILES = 12_000

const files = ({ maxOpenFiles }: MachineFacts): Finding =>
  Check.judged("machine.files", maxOpenFiles, (max) =>
    max >= NEEDED_FILES
      ? Check.ok("machine.files", `${max} for a process that is started from here`)
      : Check.warning(
        "machine.files",
        `${max} for a process that is started from here, and a gateway wants ${NEEDED_FILES}`,
        `ulimit -n ${NEEDED_FILES} before its start, or LimitNOFILE of its unit`
      ))

const clock = ({ isClockKept }: MachineFacts): Finding =>
  Check.judged("clock.server", isClockKept, (is) =>
    is
      ? Check.ok("clock.server", "its time is set by a server")
      : Check.warning("clock.server", "no time server has set it", "timedatectl set-ntp true, and look at its servers"))

/** All findings on this machine. */
export const judgeMachine = (facts: MachineFacts): ReadonlyArray<Finding> => [files(facts), clock(facts)]
