/** What was made so far of the pages, and waiting for what is made next. */
import type { Asset } from "./Assembly.ts"
import type { DocumentName } from "./PageDocuments.ts"
import type { Part, ServedDocument } from "./Parts.ts"

export interface ServedFile {
  readonly asset: Asset
  /** That of all files. */
  readonly digest: string
}

type Look = (failure: Error | undefined) => void

export class Served {
  readonly #documents = new Map<DocumentName, ServedDocument>()
  readonly #files = new Map<string, Asset>()
  #contents: Extract<Part, { readonly kind: "contents" }> | undefined
  #waiting: ReadonlyArray<Look> = []
  #failure: Error | undefined

  take(part: Part): void {
    if (part.kind === "contents") this.#contents = part
    else if (part.kind === "document") this.#documents.set(part.name, part.document)
    else this.#files.set(part.asset.name, part.asset)
    this.#lookAgain()
  }

  /** No more comes. Who waits for what has not come hears why, and whoever asks for it from now on. */
  end(failure: Error): void {
    this.#failure ??= failure
    this.#lookAgain()
  }

  document(name: DocumentName): Promise<ServedDocument> {
    return this.#once(() => this.#documents.get(name))
  }

  /** Undefined where there is no file of this name. */
  async file(name: string): Promise<ServedFile | undefined> {
    const { digest, names } = await this.#once(() => this.#contents)
    if (!names.has(name)) return undefined
    return { asset: await this.#once(() => this.#files.get(name)), digest }
  }

  /** What this gives, as soon as it gives something. */
  #once<A>(made: () => A | undefined): Promise<A> {
    return new Promise((resolve, reject) => {
      const look: Look = (failure) => {
        const found = made()
        if (found !== undefined) resolve(found)
        else if (failure !== undefined) reject(failure)
        else this.#waiting = [...this.#waiting, look]
      }
      look(this.#failure)
    })
  }

  #lookAgain(): void {
    const waiting = this.#waiting
    this.#waiting = []
    for (const look of waiting) look(this.#failure)
  }
}
