/** A field of an error body that always has the same value: the constructor fills it in. */
import { Effect, Schema } from "effect"

export const fixed = <const Value extends string | boolean>(value: Value) =>
  Schema.Literal(value).pipe(Schema.withConstructorDefault(Effect.succeed(value)))
