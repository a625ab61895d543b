/** Which metrics a PromQL expression asks for. */

/** Words in an expression that are no metrics and are not followed by a bracket. */
const WORDS = new Set(["and", "or", "unless", "offset", "bool", "inf", "nan", "atan2", "start", "end"])

/** Labels in brackets after these are no metrics. */
const CLAUSES = /\b(?:by|without|on|ignoring|group_left|group_right)\s*\([^)]*\)/g

/** The names of the metrics, each once. Labels, strings, durations, functions and aggregations are left out. */
export const metricsOf = (expression: string): ReadonlyArray<string> => {
  const bare = expression
    .replaceAll(/"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'/g, "")
    .replaceAll(/#.*$/gm, "")
    .replaceAll(/\{[^}]*\}/g, "")
    .replaceAll(/\[[^\]]*\]/g, "")
    .replaceAll(/\boffset\s+\S+/g, "")
    .replaceAll(CLAUSES, "")
  const names = Array.from(bare.matchAll(/(?<![\w.])([a-zA-Z_:][\w:]*)\b(?!\s*\()/g), (match) => match[1]!)
  return [...new Set(names.filter((name) => !WORDS.has(name.toLowerCase())))]
}
