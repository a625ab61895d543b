/** Words that grow: the ones that are known today complete in an editor, and any other text is taken as well. */
export type Open<Known extends string> = Known | (string & {})
