/** The key file that an engine makes for itself, beside its data, where no other is named. */
import { Effect, Schema } from "effect"
import { randomBytes, randomUUID } from "node:crypto"
import { closeSync, existsSync, fsyncSync, linkSync, openSync, rmSync, writeSync } from "node:fs"
import { join } from "node:path"
import { messageOf } from "../errors/MessageOf.ts"
import * as PrivateFiles from "../files/PrivateFiles.ts"
import * as SecretFile from "../files/SecretFile.ts"
import * as TokenKeys from "./TokenKeys.ts"

/** The name of the file in the data folder. */
export const FILE_NAME = "payment-token.keys"
/** The id of the first key. Those that are added later take others. */
const FIRST_ID = "k1"

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
    writeSync(file, TokenKeys.line(FIRST_ID, randomBytes(TokenKeys.KEY_BYTES)))
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

/** The keys of the file in the folder, which is made where it is missing. */
export const readOrMake = (folder: string): Effect.Effect<TokenKeys.TokenKeys, CannotUseKeys> =>
  Effect.suspend(() => {
    const path = join(folder, FILE_NAME)
    try {
      if (!existsSync(path)) makeFile(folder, path)
    } catch (error) {
      return new CannotUseKeys({ detail: messageOf(error) })
    }
    const found = SecretFile.read(path)
    if ("wrong" in found) return new CannotUseKeys({ detail: found.wrong })
    const keys = TokenKeys.parse(found.text)
    return typeof keys === "string" ? new CannotUseKeys({ detail: `${path}: ${keys}` }) : Effect.succeed(keys)
  })
