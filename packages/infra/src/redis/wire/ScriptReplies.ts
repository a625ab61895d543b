/** What the scripts in `lua/` answer, and how it is read. */
import { Effect, Schema } from "effect"

const Texts = Schema.Array(Schema.String)
const Moved = Schema.Tuple([Schema.Literal("moved")])

/** What `fold.lua` says of one batch. */
export const FoldReply = Schema.Union([
  Schema.Tuple([Schema.Literal("folded"), Schema.String, Texts, Schema.String, Schema.String]),
  Schema.Tuple([Schema.Literals(["behind", "stopped", "failed"]), Schema.String]),
  Moved
])
export const FoldReplies = Schema.Array(FoldReply)
export const DetectReply = Schema.Union([
  Schema.TupleWithRest(Schema.Tuple([Schema.Literal("detected")]), [
    Schema.Tuple([Schema.String, Schema.String, Schema.String, Schema.String])
  ]),
  Moved
])
export const ReadReply = Schema.Tuple([Schema.String, Texts])
export const OrderReply = Schema.Tuple([Schema.String, Schema.String, Schema.String, Schema.String, Schema.String])
export const MarkReply = Schema.Literals(["marked", "moved"])
export const ReplaceReply = Schema.Literals(["replaced", "other", "folding"])
export const ClearReply = Schema.Literals(["cleared", "moved"])
/** A key of a dump: '' and its value, or what is wrong with it. */
const Part = Schema.Union([
  Schema.Tuple([Schema.Literal(""), Texts]),
  Schema.Tuple([Schema.String, Schema.optionalKey(Schema.NullOr(Schema.Union([Schema.String, Schema.Number])))])
])
export const DumpReply = Schema.TupleWithRest(Schema.Tuple([Schema.Literals(["item", "large"])]), [Part])
export const AdmitReply = Schema.TupleWithRest(Schema.Tuple([Texts]), [
  Schema.Union([
    Schema.Tuple([Schema.Literal("known"), Schema.String]),
    Schema.Tuple([Schema.Literal("claimed"), Schema.Int]),
    Schema.Tuple([Schema.Literal("limited"), Schema.Int])
  ])
])
export const CountReply = Schema.Tuple([Schema.Literals(["counted", "limited"]), Schema.Int])

/** How an answer is read. One of another shape is a bug, and dies. */
export type Read<A> = (answer: unknown) => Effect.Effect<A>

export const bySchema = <A>(schema: Schema.Codec<A, unknown>): Read<A> => {
  const decode = Schema.decodeUnknownEffect(schema)
  return (answer) => Effect.orDie(decode(answer))
}

const isText = (value: unknown): value is string => typeof value === "string"
const isTexts = (value: unknown): value is ReadonlyArray<string> => Array.isArray(value) && value.every(isText)

/** Those that come with every order are checked by hand, at a tenth of the cost. The schema says what is wrong. */
const quickly = <A>(isOne: (answer: unknown) => answer is A, schema: Schema.Codec<A, unknown>): Read<A> => {
  const decode = bySchema(schema)
  return (answer) => isOne(answer) ? Effect.succeed(answer) : decode(answer)
}

const isAdmission = (value: unknown): boolean => {
  if (!Array.isArray(value) || value.length !== 2) return false
  const [word, said]: ReadonlyArray<unknown> = value
  return word === "known" ? isText(said) : (word === "claimed" || word === "limited") && Number.isInteger(said)
}
const isAdmitReply = (value: unknown): value is typeof AdmitReply.Type =>
  Array.isArray(value) && isTexts(value[0]) && value.every((part, at) => at === 0 || isAdmission(part))

const isFolded = (value: ReadonlyArray<unknown>): boolean =>
  value.length === 5 && value[0] === "folded" && isText(value[1]) && isTexts(value[2]) && isText(value[3]) &&
  isText(value[4])
/** The others are rare, and left to the schema. */
const areFolded = (value: unknown): value is typeof FoldReplies.Type =>
  Array.isArray(value) && value.every((part) => Array.isArray(part) && isFolded(part))

export const foldReplies: Read<typeof FoldReplies.Type> = quickly(areFolded, FoldReplies)
export const texts: Read<ReadonlyArray<string>> = quickly(isTexts, Texts)
export const admitReply: Read<typeof AdmitReply.Type> = quickly(isAdmitReply, AdmitReply)
