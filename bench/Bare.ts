/** What HTTP alone costs: a plain `node:http` server that parses the same body and echoes it. */
import { createServer } from "node:http"

createServer((request, response) => {
  const chunks: Array<Buffer> = []
  request.on("data", (chunk: Buffer) => chunks.push(chunk))
  request.on("end", () => {
    const body = JSON.stringify(JSON.parse(Buffer.concat(chunks).toString()))
    response.writeHead(202, { "content-type": "application/json", "content-length": Buffer.byteLength(body) }).end(body)
  })
}).listen(Number(process.env["PORT"]), "127.0.0.1")
