/** All that the ports serve of the pages, ready to be sent, piece by piece: what was asked for comes first. */
import { type Assembly, type Asset, assetOf } from "./Assembly.ts"
import * as PageDocuments from "./PageDocuments.ts"

export interface ServedDocument {
  readonly asset: Asset
  /** The value of `Content-Security-Policy`; undefined where there is none. */
  readonly policy: string | undefined
}

export type Part =
  /** Comes before all others: which files there are. */
  | { readonly kind: "contents"; readonly digest: string; readonly names: ReadonlySet<string> }
  | { readonly kind: "document"; readonly name: PageDocuments.DocumentName; readonly document: ServedDocument }
  | { readonly kind: "file"; readonly asset: Asset }

/** `first` is what somebody waits for: the name of a document, or of a file. */
export async function* parts(assembly: Assembly, first: string): AsyncGenerator<Part> {
  const { digest, texts } = assembly.sources
  yield { kind: "contents", digest, names: new Set(texts.keys()) }
  const left = new Set(texts.keys())
  const files = function*(names: Iterable<string>): Generator<Part> {
    for (const name of names) if (left.delete(name)) yield { kind: "file", asset: assembly.asset(name) }
  }
  yield* files(texts.has(first) ? [first] : [])
  const isFirst = (name: string): boolean => name === first
  for (const name of PageDocuments.NAMES.toSorted((one, other) => Number(isFirst(other)) - Number(isFirst(one)))) {
    const { contentType, files: needed, policy, text } = await PageDocuments.make(assembly, name)
    yield { kind: "document", name, document: { asset: assetOf(name, contentType, text), policy } }
    yield* files(needed)
  }
  yield* files([...left])
}
