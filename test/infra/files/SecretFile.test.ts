/** Secrets in files: what is read, and what is refused in words that show none of it. */
import { assert, describe, it } from "@effect/vitest"
import * as SecretFile from "@flash-sale/infra/files/SecretFile"
import { Effect } from "effect"
import { execFileSync } from "node:child_process"
import { chmodSync, mkdirSync, symlinkSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import * as Folders from "../sqlite/Folders.ts"

const file = (folder: string, content: string | Uint8Array, mode = 0o600): string => {
  const path = join(folder, "secret")
  writeFileSync(path, content)
  chmodSync(path, mode)
  return path
}

describe("SecretFile", () => {
  it.effect("the text is read, without one newline at its end", () =>
    Effect.gen(function*() {
      const folder = yield* Folders.temporary
      const cases = [["s", "s"], ["s\n", "s"], ["s\r\n", "s"], ["s\n\n", "s\n"], [" s ", " s "], ["ß\n", "ß"]] as const
      for (const [content, text] of cases) {
        assert.deepStrictEqual(SecretFile.read(file(folder, content)), { text })
      }
      // As containers are given theirs: a link, which its group may read.
      symlinkSync(file(folder, "s", 0o440), join(folder, "link"))
      assert.deepStrictEqual(SecretFile.read(join(folder, "link")), { text: "s" })
    }))

  it.effect("what other users may read, or a group may write, is refused with its mode", () =>
    Effect.gen(function*() {
      const folder = yield* Folders.temporary
      for (const mode of [0o600, 0o400, 0o640, 0o440]) {
        assert.deepStrictEqual(SecretFile.read(file(folder, "s3cret", mode)), { text: "s3cret" })
      }
      for (const [mode, shown] of [[0o644, "0644"], [0o604, "0604"], [0o660, "0660"], [0o602, "0602"]] as const) {
        const path = file(folder, "s3cret", mode)
        assert.deepStrictEqual(SecretFile.read(path), {
          wrong: `${path} is open to other users (mode ${shown}): chmod 0640, or less`
        })
      }
    }))

  it.effect("what holds no secret is refused, and is not waited for", () =>
    Effect.gen(function*() {
      const folder = yield* Folders.temporary
      const wrong = (path: string) => {
        const found = SecretFile.read(path)
        return "wrong" in found ? found.wrong : undefined
      }
      const missing = join(folder, "missing")
      assert.strictEqual(wrong(missing), `${missing} does not exist (ENOENT)`)
      const inner = join(folder, "folder")
      mkdirSync(inner)
      assert.strictEqual(wrong(inner), `${inner} is no file`)
      const pipe = join(folder, "pipe")
      execFileSync("mkfifo", [pipe])
      assert.strictEqual(wrong(pipe), `${pipe} is no file`)
      for (const [content, why] of [["", "is empty"], ["\n", "is empty"]] as const) {
        const path = file(folder, content)
        assert.strictEqual(wrong(path), `${path} ${why}`)
      }
      const bytes = file(folder, Uint8Array.of(0xff, 0xfe))
      assert.strictEqual(wrong(bytes), `${bytes} is not UTF-8`)
      const long = file(folder, "x".repeat(SecretFile.MAX_SECRET_BYTES + 1))
      assert.strictEqual(wrong(long), `${long} is longer than 65536 bytes`)
      assert.isUndefined(wrong(file(folder, "x".repeat(SecretFile.MAX_SECRET_BYTES))))
    }))
})
