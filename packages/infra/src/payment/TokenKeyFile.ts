/** The key file that an engine makes for itself, beside its data, where no other is named. */
import { Effect, Schema } from "effect"
import { randomBytes, randomUUID } from "node:crypto"
import { closeSync, existsSync, fsyncSync, linkSync, openSync, rmSync, writeSync } from "node:fs"
import { join } from "node:path"
import { messageOf } from "../errors/MessageOf.ts"
import * as PrivateFiles from "../files/PrivateFiles.ts"
import * as SecretFile from "../files/SecretFile.ts"
import * as Log from "../observability/logs/Log.ts"
import * as TokenKeys from "./TokenKeys.ts"

/** The name of the file in the data folder. */
export const FILE_NAME = "payment-token.keys"
/** Bytes of a new key's id, which no other key has by chance: a token is never taken for another key's. */
const ID_BYTES = 8
const newId = (): string => `k${randomBytes(ID_BYTES).toString("hex")}`

/** The keys cannot be read or made. */
export class CannotUseKeys extends Schema.TaggedError<CannotUseKeys>()("CannotUseKeys", { detail: Schema.String }) {
  override get message(): string {
    return `the keys of payment tokens cannot be used: ${this.detail}`
  }
}

const isThere = (error: unknown): boolean => error instanceof Error && "code" in error && error.code === "EEXIST"

const sync = (path: string): void => {
  const file = openSync(path, "r")
  try {
    fsyncSync(file)
  } finally {
    closeSync(file)
  }
}

/** It takes its name when it is whole and on disk, and never in the place of another: tokens may need that one. */
const makeFile = (folder: string, path: string): void => {
  const part = `${path}.${randomUUID()}`
  const file = openSync(part, "wx", PrivateFiles.FILE_MODE)
  try {
    writeSync(file, TokenKeys.line(newId(), randomBytes(TokenKeys.KEY_BYTES)))
    fsyncSync(file)
    linkSync(part, path)
    sync(folder)
  } catch (error) {
    if (!isThere(error)) throw error
  } finally {
    closeSync(file)
    rmSync(part)
  }
}

/**
 * The keys of the file in the folder. Where there is none it is made, but not where the log holds tokens that a key of
 * another file has encrypted, whose id `usedKey` gives: that file is to be brought along, and a new one would be in its
 * place. Undefined then.
 */
export const readOrMake = <E>(
  folder: string,
  usedKey: Effect.Effect<string | undefined, E>
): Effect.Effect<TokenKeys.TokenKeys | undefined, CannotUseKeys | E> =>
  Effect.gen(function*() {
    const path = join(folder, FILE_NAME)
    if (!existsSync(path)) {
      const keyId = yield* usedKey
      if (keyId !== undefined) return yield* warnMissing(path, keyId)
      yield* Effect.try({
        try: () => makeFile(folder, path),
        catch: (error) => new CannotUseKeys({ detail: messageOf(error) })
      })
    }
    const found = SecretFile.read(path)
    if ("wrong" in found) return yield* new CannotUseKeys({ detail: found.wrong })
    const keys = TokenKeys.parse(found.text)
    return typeof keys === "string" ? yield* new CannotUseKeys({ detail: `${path}: ${keys}` }) : keys
  })

const warnMissing = (path: string, keyId: string) =>
  Effect.as(
    Log.warn(
      `${path} is missing, and the log holds payment tokens that the key ${keyId} has encrypted: bring that file ` +
        "along and start again. Until then their charges wait, and orders with a payment token are answered 503",
      { event: "token_keys_missing" }
    ),
    undefined
  )
