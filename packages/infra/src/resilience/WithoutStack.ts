/**
 * Errors that are expected answers, made for every rejected order: their stack is never read. Capturing the stack costs
 * several times as much as the rest of such an answer.
 */
export const withoutStack = <E>(make: () => E): E => {
  const limit = Error.stackTraceLimit
  Error.stackTraceLimit = 0
  try {
    return make()
  } finally {
    Error.stackTraceLimit = limit
  }
}
