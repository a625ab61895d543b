/** The environment variables by which commands reach the admin API of a running engine, instead of its stores. */
import { type Config, Option, Redacted } from "effect"
import * as Kind from "./Kind.ts"
import * as Variable from "./Variable.ts"

/** What an address is. It is never shown itself where it is wrong: a console's address may hold a key. */
export const EXPECTS = "must be http:// or https:// and a host, such as http://127.0.0.1:8081, and nothing behind it"

/** The origin of an admin API; none where the text is something else, or holds more than that. */
export const read = (text: string): Option.Option<URL> => {
  if (!/^https?:\/\//i.test(text) || !URL.canParse(text)) return Option.none()
  const url = new URL(text)
  const isBare = url.username === "" && url.password === "" && url.pathname === "/" && url.search === "" &&
    url.hash === ""
  return isBare ? Option.some(url) : Option.none()
}

/** As it was typed; undefined where there is none. */
export const url: Config.Config<string | undefined> = Variable.make<string | undefined>(
  "FLASH_SALE_URL",
  Kind.path,
  undefined
)

const KEY = /^[\x21-\x7e]{1,1000}$/

/** The api key; undefined where there is none. Only here: a flag would be in the list of processes. */
export const key: Config.Config<Redacted.Redacted<string> | undefined> = Variable.check(
  Variable.secret("FLASH_SALE_KEY"),
  (given) =>
    given === undefined || KEY.test(Redacted.value(given))
      ? undefined
      : "FLASH_SALE_KEY, or the file that FLASH_SALE_KEY_FILE names: is no api key, such as fs_ops_…"
)
