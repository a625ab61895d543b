/** A body that is not read: its sender hears why, also where it sends all of it before it listens. */
import { assert, layer } from "@effect/vitest"
import * as LingeringResponse from "@flash-sale/gateway/http/LingeringResponse"
import { Effect } from "effect"
import { mkdtemp, rm, writeFile } from "node:fs/promises"
import { connect } from "node:net"
import { tmpdir } from "node:os"
import { join } from "node:path"
import * as Programs from "../../servers/Programs.ts"
import * as TestGateway from "../TestGateway.ts"

const TEST_TIMEOUT = 120_000
const CLIENT_MILLIS = 60_000
const SIZE = 5 * 1024 * 1024
/** How often each client tries: a reset overtakes an answer only sometimes. */
const TIMES = 5

/** Each prints the status that it heard, and the code in the body. Arguments: port, path, size, content type, times. */
const PYTHON = `
import http.client, json, sys
port, path, size, kind, times = sys.argv[1:]
for _ in range(int(times)):
    connection = http.client.HTTPConnection("127.0.0.1", int(port), timeout=20)
    connection.request("POST", path, b"x" * int(size), {"content-type": kind})
    answer = connection.getresponse()
    print(answer.status, json.loads(answer.read())["code"])
`
const PYTHON_CHUNKED = `
import http.client, json, sys
port, path, size, kind, times = sys.argv[1:]
for _ in range(int(times)):
    connection = http.client.HTTPConnection("127.0.0.1", int(port), timeout=20)
    chunks = (b"x" * 65536 for _ in range(int(size) // 65536))
    connection.request("POST", path, chunks, {"content-type": kind}, encode_chunked=True)
    answer = connection.getresponse()
    print(answer.status, json.loads(answer.read())["code"])
`
const JAVA = `
import java.net.URI;
import java.net.http.*;
import java.util.regex.*;
public class Asking {
  public static void main(String[] args) throws Exception {
    for (int n = 0; n < Integer.parseInt(args[4]); n++) {
      HttpClient client = HttpClient.newHttpClient();
      HttpRequest request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + args[0] + args[1]))
        .header("content-type", args[3])
        .POST(HttpRequest.BodyPublishers.ofByteArray(new byte[Integer.parseInt(args[2])])).build();
      HttpResponse<String> answer = client.send(request, HttpResponse.BodyHandlers.ofString());
      Matcher code = Pattern.compile("\\"code\\":\\"(\\\\w+)\\"").matcher(answer.body());
      System.out.println(answer.statusCode() + " " + (code.find() ? code.group(1) : "none"));
    }
  }
}
`

type Client = (port: number, path: string, type: string) => Effect.Effect<ReadonlyArray<string>>

const lines = (text: string) => text.trim().split("\n")
const run = (program: string, args: ReadonlyArray<string>) =>
  Effect.map(Effect.promise(() => Programs.execute(program, args, CLIENT_MILLIS)), lines)

const byFetch: Client = (port, path, type) =>
  Effect.forEach(Array.from({ length: TIMES }), () =>
    Effect.promise(async () => {
      const answer = await fetch(`http://127.0.0.1:${port}${path}`, {
        method: "POST",
        headers: { "content-type": type },
        body: new Uint8Array(SIZE)
      })
      return `${answer.status} ${(await answer.json() as { readonly code: string }).code}`
    }))

const inFolder = (file: string, text: string) =>
  Effect.acquireRelease(
    Effect.promise(async () => {
      const folder = await mkdtemp(join(tmpdir(), "flash-sale-client-"))
      await writeFile(join(folder, file), text)
      return folder
    }),
    (folder) => Effect.promise(() => rm(folder, { recursive: true, force: true }))
  )

const byPython = (script: string): Client => (port, path, type) =>
  run("python3", ["-c", script, String(port), path, String(SIZE), type, String(TIMES)])

const byCurl: Client = (port, path, type) =>
  Effect.scoped(Effect.gen(function*() {
    const folder = yield* inFolder("body", "x".repeat(SIZE))
    const one = run("curl", [
      "-sS",
      "-H",
      `content-type: ${type}`,
      // As a client does that does not wait for a permission.
      "-H",
      "expect:",
      "--data-binary",
      `@${join(folder, "body")}`,
      "-w",
      "\n%{http_code}",
      `http://127.0.0.1:${port}${path}`
    ])
    return yield* Effect.forEach(Array.from({ length: TIMES }), () =>
      Effect.map(one, ([body = "", status]) => `${status} ${(JSON.parse(body) as { readonly code: string }).code}`))
  }))

const byJava: Client = (port, path, type) =>
  Effect.scoped(
    Effect.flatMap(inFolder("Asking.java", JAVA), (folder) =>
      run("java", [join(folder, "Asking.java"), String(port), path, String(SIZE), type, String(TIMES)]))
  )

const JSON_TYPE = "application/json"

layer(TestGateway.layer(), { excludeTestServices: true })("A body of 5 MB", (it) => {
  const clients: Readonly<Record<string, Client>> = {
    "Node's fetch": byFetch,
    Python: byPython(PYTHON),
    "Python in chunks": byPython(PYTHON_CHUNKED),
    curl: byCurl,
    Java: byJava
  }
  for (const [name, client] of Object.entries(clients)) {
    it.effect(`is refused within the hearing of ${name}`, () =>
      Effect.gen(function*() {
        const { port } = yield* TestGateway.TestGateway
        const all = (line: string) => Array.from({ length: TIMES }, () => line)
        assert.deepStrictEqual(yield* client(port, "/buy", JSON_TYPE), all("413 body_too_large"))
        assert.deepStrictEqual(yield* client(port, "/nowhere", JSON_TYPE), all("404 not_found"))
        if (name !== "Python in chunks") return
        assert.deepStrictEqual(yield* client(port, "/buy", "text/plain"), all("415 unsupported_media_type"))
      }), TEST_TIMEOUT)
  }

  /** Sends this head and then so many bytes; how many were taken until the other side closed. */
  const pour = (port: number, head: string, most: number) =>
    Effect.callback<{ readonly heard: string; readonly taken: number; readonly millis: number }>((resume) => {
      const begun = performance.now()
      let heard = ""
      const chunk = Buffer.alloc(1024 * 1024)
      const socket = connect(port, "127.0.0.1", () => {
        socket.write(head)
        const more = () => {
          while (!socket.destroyed && socket.bytesWritten < most && socket.write(chunk));
        }
        socket.on("drain", more)
        more()
      })
      socket.on("data", (part: Buffer) => heard += part.toString())
      socket.on("error", () => {})
      socket.on(
        "close",
        () => resume(Effect.succeed({ heard, taken: socket.bytesWritten, millis: performance.now() - begun }))
      )
      return Effect.sync(() => socket.destroy())
    })
  const head = `POST /buy HTTP/1.1\r\nhost: x\r\ncontent-type: ${JSON_TYPE}\r\ncontent-length: 5000000000\r\n\r\n`

  it.effect("is thrown away up to a bound, and a pause ends it", () =>
    Effect.gen(function*() {
      const gateway = yield* TestGateway.TestGateway
      const endless = yield* pour(gateway.port, head, 1_000_000_000)
      assert.match(endless.heard, /^HTTP\/1\.1 413 /)
      assert.isAtLeast(endless.taken, LingeringResponse.MAX_DISCARDED)
      // What the sockets of both sides hold besides.
      assert.isBelow(endless.taken, 3 * LingeringResponse.MAX_DISCARDED)
      const pausing = yield* pour(gateway.port, head, 0)
      assert.match(pausing.heard, /^HTTP\/1\.1 413 /)
      assert.isAtLeast(pausing.millis, LingeringResponse.MAX_PAUSE - 100)
      assert.isBelow(pausing.millis, LingeringResponse.MAX_PAUSE + 3_000)
      assert.strictEqual((yield* gateway.get("/livez")).status, 200)
    }), TEST_TIMEOUT)
})
