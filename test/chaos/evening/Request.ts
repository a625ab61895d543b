/** Requests as they are written by hand: from any address of this machine, with any header, whole or in chunks. */
import { request } from "node:http"

export interface Asked {
  readonly method?: string
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: object
  /** Sends the body in chunks, which the gateway reads by its framework instead of its hot route. */
  readonly chunked?: boolean
  /** The address that the connection comes from. */
  readonly from?: string
}

export interface Answer {
  readonly status: number
  readonly text: string
  readonly code: string | undefined
}

const codeIn = (text: string): string | undefined => {
  try {
    return (JSON.parse(text) as { readonly code?: string }).code
  } catch {
    return undefined
  }
}

/** `path` goes out as it is written. */
export const ask = (url: string, path: string, asked: Asked = {}): Promise<Answer> =>
  new Promise((resolve, reject) => {
    const { body, chunked = false, from, headers = {}, method = body === undefined ? "GET" : "POST" } = asked
    const { hostname, port } = new URL(url)
    const bytes = body === undefined ? undefined : JSON.stringify(body)
    const sent = request({
      host: hostname,
      port,
      path,
      method,
      agent: false,
      ...(from === undefined ? {} : { localAddress: from }),
      headers: {
        ...(bytes === undefined ? {} : { "content-type": "application/json" }),
        ...(bytes === undefined || chunked ? {} : { "content-length": String(Buffer.byteLength(bytes)) }),
        ...headers
      }
    }, (response) => {
      const parts: Array<Buffer> = []
      response.on("data", (part: Buffer) => parts.push(part))
      response.on("error", reject)
      response.on("end", () => {
        const text = Buffer.concat(parts).toString()
        resolve({ status: response.statusCode ?? 0, text, code: codeIn(text) })
      })
    })
    sent.on("error", reject)
    if (bytes !== undefined) sent.write(bytes)
    sent.end()
  })

/** The status and the code of an answer, where it has one. */
export const shown = ({ code, status }: Answer): string => `${status} ${code ?? ""}`.trim()

export const bearer = (credential: string): Readonly<Record<string, string>> => ({
  authorization: `Bearer ${credential}`
})
