/** The headers of a request, as Node and as the framework have them: by their names in small letters. */
export type RequestHeaders = Readonly<Record<string, string | ReadonlyArray<string> | undefined>>

/** One of them as text; undefined where it is absent. */
export const headerOf = (headers: RequestHeaders, name: string): string | undefined => headers[name]?.toString()
