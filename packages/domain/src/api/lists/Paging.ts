/** What lists are asked for: how much, and from where on. */
import { Schema, SchemaTransformation } from "effect"

/** How much a page holds: a text of a whole number from 1 to `most`. */
export const limitOf = (most: number, description: string) => {
  const message = `must be a whole number from 1 to ${most}`
  return Schema.String.annotate({ description }).pipe(Schema.decodeTo(
    Schema.Finite.check(Schema.isInt({ message }), Schema.isBetween({ minimum: 1, maximum: most }, { message })),
    SchemaTransformation.numberFromString
  ))
}
