/** One example of each body about api keys, as it is on the wire, by the name of its schema. */
import type { KeyList, KeyView } from "./AdminAccess.ts"

const duty = {
  name: "duty",
  scopes: ["read", "stock", "sale", "dlq"],
  expires_at: "2027-03-01T00:00:00.000Z",
  state: "ok"
} as const

export const EXAMPLES = {
  KeyView: duty satisfies typeof KeyView.Encoded,
  KeyList: {
    keys: [duty, { name: "shop", scopes: ["orders"], state: "ok" }]
  } satisfies typeof KeyList.Encoded
}
