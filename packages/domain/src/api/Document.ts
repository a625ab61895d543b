/** What the OpenAPI document says about orders beyond what follows from their schema. */

interface Spec {
  readonly components?: { readonly schemas?: Readonly<Record<string, object>> }
}

const EXAMPLE = { request_id: "r-1", user_id: "u-1", item_id: "101", amount: 1 }

/** The schema of a buyer's order: unknown fields are allowed and left out. */
export const amend = <S extends Spec>(spec: S): S => {
  const order = spec.components?.schemas?.["OrderEncoded"]
  if (order === undefined) throw new Error("the document has no OrderEncoded")
  const schemas = {
    ...spec.components?.schemas,
    OrderEncoded: { ...order, additionalProperties: true, examples: [EXAMPLE] }
  }
  return { ...spec, components: { ...spec.components, schemas } }
}
