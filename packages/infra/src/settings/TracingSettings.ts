/** The settings of tracing, by the variables of OpenTelemetry. */
import { Config } from "effect"
import * as Kind from "./Kind.ts"
import * as Variable from "./Variable.ts"

const SAMPLERS = [
  "always_on",
  "always_off",
  "traceidratio",
  "parentbased_always_on",
  "parentbased_always_off",
  "parentbased_traceidratio"
] as const
const PROTOCOLS = ["grpc", "http/protobuf", "http/json"] as const

/**
 * Whether and how spans are recorded. The names and meanings are OpenTelemetry's, whose SDK reads them and the rest of
 * its variables by itself: this reads what decides whether it is started, and reports bad values like those of all
 * variables.
 */
export const TracingSettings: Config.Config<TracingSettings> = Config.map(
  Variable.group({
    endpoint: Variable.make<URL | undefined>("OTEL_EXPORTER_OTLP_ENDPOINT", Kind.url, undefined),
    tracesEndpoint: Variable.make<URL | undefined>("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", Kind.url, undefined),
    exporter: Variable.make<"otlp" | "none" | undefined>(
      "OTEL_TRACES_EXPORTER",
      Kind.oneOf(["otlp", "none"]),
      undefined
    ),
    protocol: Variable.make("OTEL_EXPORTER_OTLP_PROTOCOL", Kind.oneOf(PROTOCOLS), "http/protobuf"),
    isDisabled: Variable.make("OTEL_SDK_DISABLED", Kind.yesOrNo, false),
    sampler: Variable.make("OTEL_TRACES_SAMPLER", Kind.oneOf(SAMPLERS), "parentbased_always_on"),
    ratio: Variable.make("OTEL_TRACES_SAMPLER_ARG", Kind.share, 1)
  }),
  ({ endpoint, exporter, isDisabled, sampler, tracesEndpoint }) => ({
    isOn: !isDisabled && exporter !== "none" &&
      (exporter === "otlp" || endpoint !== undefined || tracesEndpoint !== undefined),
    isParentBased: sampler.startsWith("parentbased_")
  })
)
export interface TracingSettings {
  /** Whether there is a collector for spans. */
  readonly isOn: boolean
  /** Whether a trace that was sampled out where it began stays so. */
  readonly isParentBased: boolean
}
