/**
 * What HTTP alone costs: a plain `node:http` server that parses the same body and echoes it, and answers a GET with an
 * object of the size of an order's status.
 */
import { createServer } from "node:http"

const STATUS = {
  request_id: "0123abcd-1234",
  item_id: "101",
  amount: 1,
  status: "COMPLETED",
  attempt: 1,
  correlation_id: "3f0c8f0e-8d7b-4c8e-9d0a-0f3f5a1f7c11",
  updated_at: "2026-01-01T00:00:00.000Z"
}

createServer((request, response) => {
  if (request.method === "GET") {
    const body = JSON.stringify(STATUS)
    response.writeHead(200, { "content-type": "application/json", "content-length": Buffer.byteLength(body) }).end(body)
    return
  }
  const chunks: Array<Buffer> = []
  request.on("data", (chunk: Buffer) => chunks.push(chunk))
  request.on("end", () => {
    const body = JSON.stringify(JSON.parse(Buffer.concat(chunks).toString()))
    response.writeHead(202, { "content-type": "application/json", "content-length": Buffer.byteLength(body) }).end(body)
  })
}).listen(Number(process.env["PORT"]), "127.0.0.1")
