/** TLS towards a service: whether it is used, the trusted authorities, and the client's own identity. */
import { Config, Effect, Redacted } from "effect"
import { X509Certificate } from "node:crypto"
import { readFileSync } from "node:fs"
import { isIP } from "node:net"
import { type ConnectionOptions, createSecureContext } from "node:tls"
import { messageOf } from "../errors/MessageOf.ts"
import * as Kind from "./Kind.ts"
import * as Variable from "./Variable.ts"

/** In PEM, as read from the files. */
export interface Tls {
  /** The trusted certificate authorities; Node's own where it is absent. */
  readonly ca?: string
  /** Our own certificate, where the service asks for one. */
  readonly identity?: { readonly certificate: string; readonly key: Redacted.Redacted<string> }
}

/** The options of a connection to this host. The server's certificate must match the host's name. */
export const connectionOptions = ({ ca, identity }: Tls, host?: string): ConnectionOptions => ({
  ...(host === undefined || isIP(host) !== 0 ? {} : { servername: host }),
  ...(ca === undefined ? {} : { ca }),
  ...(identity === undefined ? {} : { cert: identity.certificate, key: Redacted.value(identity.key) })
})

/** Whether TLS is spoken. */
export const isOn = (name: string): Config.Config<boolean> => Variable.make(name, Kind.yesOrNo, false)

/** The content of the file that the variable names; undefined where the variable is absent. */
export const pem = (name: string): Config.Config<string | undefined> =>
  Config.mapEffect(
    Variable.make<string | undefined>(name, Kind.path, undefined),
    (path) =>
      path === undefined ? Effect.undefined : Effect.try({
        try: () => readFileSync(path, "utf8"),
        catch: (error) => Variable.problem(`${name}: ${messageOf(error)}`)
      })
  )

interface Given {
  readonly isOn: boolean
  readonly ca: string | undefined
  readonly certificate: string | undefined
  readonly key: string | undefined
}

/** Whether it holds a certificate: OpenSSL ignores text that is none, and then trusts no server. */
export const isAuthority = (pem: string): boolean => holds(() => new X509Certificate(pem))

const rule = (prefix: string) => ({ ca, certificate, isOn, key }: Given): string | undefined => {
  if (!isOn) {
    return ca === undefined && certificate === undefined && key === undefined
      ? undefined
      : `${prefix}_TLS: is not true, and files for TLS are given`
  }
  if ((certificate === undefined) !== (key === undefined)) {
    return `${prefix}_TLS_CERT_FILE and ${prefix}_TLS_KEY_FILE: one is missing, and the other is given`
  }
  if (ca !== undefined && !isAuthority(ca)) return `${prefix}_TLS_CA_FILE: holds no certificate`
  return holds(() => createSecureContext({ cert: certificate, key }))
    ? undefined
    : `${prefix}_TLS_CERT_FILE and ${prefix}_TLS_KEY_FILE: are no certificate and the key that belongs to it`
}

const holds = (use: () => unknown): boolean => {
  try {
    use()
    return true
  } catch {
    return false
  }
}

const toTls = ({ ca, certificate, isOn, key }: Given): Tls | undefined => {
  if (!isOn) return undefined
  const identity = certificate === undefined || key === undefined
    ? {}
    : { identity: { certificate, key: Redacted.make(key) } }
  return ca === undefined ? identity : { ca, ...identity }
}

/** The variables that begin with `prefix`. Undefined where TLS is not spoken; the files are read once, here. */
export const make = (
  prefix: string,
  members: { readonly [Name in keyof Given]: Config.Config<Given[Name]> }
): Config.Config<Tls | undefined> => Config.map(Variable.check(Variable.group(members), rule(prefix)), toTls)
