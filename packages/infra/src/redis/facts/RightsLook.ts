/** Which rights the user of a connection lacks, asked of Redis once. */
import { Effect, Schema } from "effect"
import type { Redis } from "ioredis"
import * as Looked from "../../facts/Looked.ts"
import type { MissingRight } from "../../facts/RedisFacts.ts"
import * as ScriptText from "../rights/ScriptText.ts"
import * as UserRights from "../rights/UserRights.ts"
import { type User, USERS } from "../rights/Users.ts"

/** A user that is named like one of the engine's has its work; any other one may do the work of all. */
const workOf = (user: string): ReadonlyArray<User> => {
  const all = Object.keys(USERS) as ReadonlyArray<User>
  const own = all.find((one) => one === user)
  return own === undefined ? all : [own]
}

const decodeDenied = Schema.decodeUnknownEffect(Schema.Array(Schema.Int))

/** Each right once. Fails where the user may not even ask. */
export const missing = Effect.fnUntraced(function*(server: Redis, user: string) {
  const script = yield* ScriptText.load("check_rights")
  const found = new Map<string, MissingRight>()
  for (const work of workOf(user)) {
    const rights = UserRights.of(work, yield* ScriptText.ofUser(work))
    const reply = yield* Looked.ask(() => server.eval(script, 0, ...UserRights.probesOf(rights)))
    const denied = UserRights.missing(rights, yield* decodeDenied(reply))
    for (const { lost, word } of denied) found.set(word, { word, lost })
  }
  return [...found.values()]
})
