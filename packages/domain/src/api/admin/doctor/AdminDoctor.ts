/** What is wrong with the installation, as `flash-sale doctor` judges it. */
import { Schema } from "effect"
import { HttpApiEndpoint, HttpApiGroup, OpenApi } from "effect/http-api"
import * as Errors from "../../Errors.ts"
import * as Fields from "../../Fields.ts"
import { RequestErrors } from "../../RequestErrors.ts"
import { about } from "../NeededScope.ts"
import { Operators } from "../Operators.ts"

const VERDICTS = ["wrong", "warning", "not_looked_at", "ok"] as const

export const Finding = Schema.Struct({
  id: Schema.String.annotate({ description: "Which check; ids stay as they are" }),
  about: Schema.String.annotate({ description: "What the check looks at" }),
  verdict: Schema.Literals(VERDICTS),
  detail: Schema.String.annotate({ description: "What is, in a line; why nobody looked, where nobody did" }),
  mend: Schema.optionalKey(Schema.String.annotate({ description: "How to mend it: of what is wrong, and of warnings" }))
}).annotate({ identifier: "Finding", description: "What one check found." })

export const DoctorReport = Schema.Struct({
  checked_at: Fields.Timestamp.annotate({ description: "When the look ended, ISO 8601 in UTC" }),
  took_ms: Schema.Int,
  release: Schema.String.annotate({ description: "That of the gateway that looked" }),
  status: Schema.Literals(["wrong", "warning", "ok"]).annotate({ description: "The worst of what was looked at" }),
  sums: Schema.Record(Schema.Literals(VERDICTS), Schema.Int).annotate({ description: "How many checks ended so" }),
  findings: Schema.Array(Finding).annotate({ description: "The worst first" })
}).annotate({ identifier: "DoctorReport", description: "What a look at the whole installation found." })

const doctor = HttpApiEndpoint.get("doctor", "/admin/v1/doctor", {
  success: DoctorReport,
  error: Errors.Unavailable
}).annotateMerge(about(
  "read",
  "What is wrong with the installation",
  "The checks of `flash-sale doctor`, as this gateway can make them: what another process alone knows, and what " +
    "would hold up orders, is `not_looked_at`, and says why. Changes nothing. Mostly takes a second, and 90 s at " +
    "the most (503 `overloaded`). Those who ask at once share a look, and it is kept for 10 s."
))

export class AdminDoctor extends HttpApiGroup.make("doctor")
  .add(doctor)
  .middleware(RequestErrors)
  .middleware(Operators)
  .annotateMerge(OpenApi.annotations({ description: "What is wrong with the installation" }))
{}
