/** Certificates for one test, made when it runs: an authority, a server on loopback, and a client. Needs openssl. */
import { mkdtemp, rm } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { execute, findOrInstall } from "./Programs.ts"
import { afterDeath } from "./Watchdog.ts"

const OPENSSL_MILLIS = 30_000
const DAYS = "2"
const NEW_KEY = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-noenc"]

/** Paths of PEM files. */
export interface Certificates {
  readonly ca: string
  readonly server: { readonly certificate: string; readonly key: string }
  readonly client: { readonly certificate: string; readonly key: string }
  /** An authority that has signed no certificate. */
  readonly stranger: string
  readonly remove: () => Promise<void>
}

export const make = async (): Promise<Certificates> => {
  const openssl = await findOrInstall("openssl", "openssl")
  const folder = await mkdtemp(join(tmpdir(), "flash-sale-certificates-"))
  const forget = afterDeath(`rm -rf '${folder}'`)
  const request = (name: string, more: ReadonlyArray<string>) => {
    const made = { certificate: join(folder, `${name}.pem`), key: join(folder, `${name}.key`) }
    const files = ["-keyout", made.key, "-out", made.certificate]
    return execute(
      openssl,
      ["req", "-x509", ...NEW_KEY, "-days", DAYS, "-subj", `/CN=${name}`, ...files, ...more],
      OPENSSL_MILLIS
    ).then(() => made)
  }
  const authority = await request("authority", [])
  const signed = ["-CA", authority.certificate, "-CAkey", authority.key, "-addext", "basicConstraints=CA:FALSE"]
  const server = await request("server", [...signed, "-addext", "subjectAltName=IP:127.0.0.1,DNS:localhost"])
  const client = await request("client", signed)
  const stranger = await request("stranger", [])
  return {
    ca: authority.certificate,
    server,
    client,
    stranger: stranger.certificate,
    remove: async () => {
      await rm(folder, { recursive: true, force: true })
      forget()
    }
  }
}
