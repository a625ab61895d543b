/** What no module reaches around Effect for. */
import { excepting, type Exceptions } from "../Exceptions.ts"
import { codeOnly, lineAt, type Source } from "../Source.ts"
import type { Violation } from "../Violation.ts"

export interface Banned {
  readonly pattern: RegExp
  readonly message: string
  /** The files that may, and why. */
  readonly except: Exceptions
}

const BANNED: ReadonlyArray<Banned> = [
  { pattern: /\bDate\.now\b/g, message: "time comes from Clock, or from the record", except: {} },
  {
    pattern: /\bnew Date\(\s*\)/g,
    message: "time comes from Clock, or from the record",
    except: {
      "packages/client/src/webhooks/VerifyWebhook.ts": "runs where there is no Effect",
      "packages/pages/src/console/words/Moments.ts": "runs in browsers, where there is no Effect",
      "packages/pages/src/sale/ClockTrust.ts": "runs in browsers, where there is no Effect"
    }
  },
  { pattern: /\bMath\.random\b/g, message: "chance comes from Random, so that a seed replays it", except: {} },
  { pattern: /\bprocess\.env\b/g, message: "settings come from Config", except: {} },
  {
    pattern: /\bset(?:Timeout|Interval)\b/g,
    message: "waiting is Effect.sleep or a Schedule",
    except: {
      "packages/client/src/time/Deadline.ts": "runs where there is no Effect",
      "packages/pages/src/sale/Timers.ts": "runs in browsers, where there is no Effect",
      "packages/gateway/src/http/LingeringResponse.ts": "bounds the pause of a socket, where there is no fiber",
      "packages/gateway/src/warmup/InMemoryClient.ts": "is what a server asks of a socket, and does nothing"
    }
  },
  {
    pattern: /\bEffect\.(?:log(?:Trace|Debug|Info|Warning|Error|Fatal)?|annotateLogs)\b/g,
    message: "lines are Log.info and its like, which name their event",
    except: { "packages/infra/src/observability/logs/Log.ts": "is where they are made" }
  },
  { pattern: /\bconsole\./g, message: "lines are Effect.log; a command's output is Console", except: {} },
  {
    pattern: /\bJSON\.parse\b/g,
    message: "what comes from outside is decoded by a Schema",
    except: {
      "packages/client/src/wire/Json.ts": "gives unknown, where there is no Schema; each reader checks what it takes",
      "packages/pages/src/order/TokenSubject.ts": "gives unknown, where there is no Schema; it checks what it takes",
      "packages/domain/src/records/wire/Json.ts": "gives unknown, of which each reader checks what it takes"
    }
  }
]

/** What the code reaches around Effect for. */
export const checkBanned = (
  files: ReadonlyArray<Source>,
  banned: ReadonlyArray<Banned> = BANNED
): ReadonlyArray<Violation> => {
  const codes = files.map(({ path, text }) => ({ path, text: codeOnly(text) }))
  return banned.flatMap(({ except, message, pattern }) => {
    const found = codes.flatMap(({ path, text }) =>
      Array.from(text.matchAll(pattern), (match) => ({
        path,
        line: lineAt(text, match.index),
        rule: "banned",
        message: `${match[0]}: ${message}`
      }))
    )
    return excepting("banned", found, except)
  })
}

/** Exceptions from the lint, in the code where they are needed: each gives its reason behind two dashes. */
export const checkReasons = (files: ReadonlyArray<Source>): ReadonlyArray<Violation> =>
  files.flatMap(({ path, text }) =>
    Array.from(text.matchAll(/\b(?:oxlint|eslint)-disable\b(?![^\n]* -- \S)/g), (match) => ({
      path,
      line: lineAt(text, match.index),
      rule: "exceptions",
      message: "an exception from the lint gives its reason. Write it behind the name of the rule: -- because …"
    }))
  )
