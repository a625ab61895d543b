/** The files of secrets that variables name, and what is wrong with them. Shows nothing of what they hold. */
import { Config } from "effect"
import * as SecretFile from "../files/SecretFile.ts"
import * as Kind from "./Kind.ts"
import * as Variable from "./Variable.ts"

/** The variables that name one. */
export const VARIABLES = [
  "REDIS_PASSWORD_FILE",
  "REDIS_SENTINEL_PASSWORD_FILE",
  "REDIS_TLS_KEY_FILE",
  "KAFKA_PASSWORD_FILE",
  "KAFKA_TLS_KEY_FILE",
  "ARCHIVE_URL_FILE",
  "PAYMENT_API_KEY_FILE",
  "PAYMENT_TOKEN_KEY_FILE",
  "BUYER_TOKEN_SECRET_FILE",
  "METRICS_TOKEN_FILE",
  "WEBHOOKS_FILE",
  "FLASH_SALE_KEY_FILE"
] as const

export interface NamedFile {
  readonly variable: string
  /** Undefined where it can be read, and by nobody who should not. */
  readonly wrong: string | undefined
}

/** Those that are named. Reads each once. */
export const config: Config.Config<ReadonlyArray<NamedFile>> = Config.map(
  Config.all(VARIABLES.map((name) => Variable.make<string | undefined>(name, Kind.path, undefined))),
  (paths) =>
    paths.flatMap((path, index) => {
      if (path === undefined) return []
      const read = SecretFile.read(path)
      return [{ variable: VARIABLES[index]!, wrong: "wrong" in read ? read.wrong : undefined }]
    })
)
