/** Reads the commands that a client of Redis sends, as they come in pieces. Pure, but for what is left of a piece. */

/** The commands that are whole with this piece: of each its name and what it is given. */
export type Read = (piece: string) => ReadonlyArray<ReadonlyArray<string>>

interface Line {
  readonly count: number
  /** Where the next line begins. */
  readonly next: number
}

/** A line such as `*3` or `$12`, from this place on; undefined where it has not come whole. */
const lineAt = (text: string, at: number): Line | undefined => {
  const end = text.indexOf("\r\n", at)
  return end < 0 ? undefined : { count: Number(text.slice(at + 1, end)), next: end + 2 }
}

interface Command {
  readonly parts: ReadonlyArray<string>
  readonly next: number
}

const commandAt = (text: string, at: number): Command | undefined => {
  const head = lineAt(text, at)
  if (head === undefined) return undefined
  const parts: Array<string> = []
  let { next } = head
  for (let n = 0; n < head.count; n++) {
    const line = lineAt(text, next)
    if (line === undefined || text.length < line.next + line.count + 2) return undefined
    parts.push(text.slice(line.next, line.next + line.count))
    next = line.next + line.count + 2
  }
  return { parts, next }
}

/** A reader for one connection. One character is one byte of it. */
export const make = (): Read => {
  let left = ""
  return (piece) => {
    left += piece
    const commands: Array<ReadonlyArray<string>> = []
    let at = 0
    for (let command = commandAt(left, at); command !== undefined; command = commandAt(left, at)) {
      commands.push(command.parts)
      at = command.next
    }
    left = left.slice(at)
    return commands
  }
}
