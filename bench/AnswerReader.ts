/** Reads the statuses of HTTP answers that follow each other on one connection. Pure. */

const HEAD_END = "\r\n\r\n"
const STATUS_AT = "HTTP/1.1 ".length

/** Takes what came next, in latin1. Returns the statuses of the answers that are whole now, in order. */
export type AnswerReader = (chunk: string) => ReadonlyArray<number>

/** Fails of an answer without a length: nobody knows where it ends. */
export const make = (): AnswerReader => {
  let heard = ""
  return (chunk) => {
    heard += chunk
    const statuses: Array<number> = []
    let at = 0
    while (true) {
      const headEnd = heard.indexOf(HEAD_END, at)
      if (headEnd < 0) break
      const head = heard.slice(at, headEnd)
      const length = /\r\ncontent-length: (\d+)/i.exec(head)
      if (length === null) throw new Error(`an answer without content-length: ${head}`)
      const end = headEnd + HEAD_END.length + Number(length[1])
      if (heard.length < end) break
      statuses.push(Number(head.slice(STATUS_AT, STATUS_AT + 3)))
      at = end
    }
    heard = heard.slice(at)
    return statuses
  }
}
