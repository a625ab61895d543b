/**
 * Who makes a change by hand, and why. Both travel as headers of its record (`by`, `reason`), so the log is the audit.
 * Decision 0041.
 */
import { Schema } from "effect"
import { inJsonSchema, isPlainText } from "../Ids.ts"

/** The longest name of an operator, in characters. */
export const MAX_OPERATOR_LENGTH = 100
/** The longest reason of a change, in characters. */
export const MAX_REASON_LENGTH = 500

const NOT_BLANK = "^[^\\u0000-\\u001f\\u007f-\\u009f]*[^\\s\\u0000-\\u001f\\u007f-\\u009f]" +
  "[^\\u0000-\\u001f\\u007f-\\u009f]*$"

const isText = (maxLength: number) => (text: string): boolean => isPlainText(text, maxLength) && text.trim() !== ""

const textOf = (maxLength: number) =>
  Schema.String.check(Schema.makeFilter(isText(maxLength), {
    message: `must be 1 to ${maxLength} well-formed characters, not blank, without control characters`,
    ...inJsonSchema(maxLength, NOT_BLANK)
  }))

/** Who: the name of an api key at the admin API, the local user at the command line. */
export const OperatorName = textOf(MAX_OPERATOR_LENGTH).annotate({ description: "Who made the change" })
export const isOperatorName = isText(MAX_OPERATOR_LENGTH)

/** Why, for whoever asks later. */
export const ChangeReason = textOf(MAX_REASON_LENGTH).annotate({ description: "Why the change was made" })
export const isChangeReason = isText(MAX_REASON_LENGTH)

/** The author of a change. */
export interface Operator {
  readonly by: string
  readonly reason?: string | undefined
}

/** The author of a change of stock that was typed into Redis: nobody knows who typed it. */
export const REDIS: Operator = { by: "redis" }
