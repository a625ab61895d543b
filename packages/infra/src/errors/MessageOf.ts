/** What an error says, in words: of files and ports in those of an operator, and not of the system's calls. */

/** What the system's codes mean, of a path or an address that is named before. */
const WORDS: Readonly<Record<string, string>> = {
  ENOENT: "does not exist",
  ENOTDIR: "is not in a folder",
  EISDIR: "is a folder",
  EACCES: "may not be opened by this user",
  EPERM: "may not be changed by this user",
  EROFS: "is on a disk that is read-only",
  ENOSPC: "is on a disk that is full",
  EEXIST: "exists already",
  ELOOP: "is a link that leads to itself",
  ENAMETOOLONG: "has a name that is too long",
  EMFILE: "cannot be opened: this process has too many open files"
}
const LISTENING: Readonly<Record<string, string>> = {
  EADDRINUSE: "another process listens there",
  EADDRNOTAVAIL: "this machine does not have that address",
  EACCES: "this user may not listen there",
  ENOTFOUND: "there is no host of that name"
}

const inWords = (error: Error): string | undefined => {
  const field = (name: string): string => {
    const value: unknown = Reflect.get(error, name)
    return typeof value === "string" ? value : ""
  }
  const code = field("code")
  const path = field("path")
  const syscall = field("syscall")
  if (syscall === "listen" || syscall === "bind") return LISTENING[code]
  const words = WORDS[code]
  return words === undefined || path === "" || syscall === "connect" ? undefined : `${path} ${words}`
}

/**
 * The message of an error, or the text of any other value that was thrown instead. The code of the system stands behind
 * the words.
 */
export const messageOf = (error: unknown): string => {
  if (!(error instanceof Error)) return String(error)
  const words = inWords(error)
  return words === undefined ? error.message : `${words} (${String(Reflect.get(error, "code"))})`
}
