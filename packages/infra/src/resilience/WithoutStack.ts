/**
 * Errors that stand for answers and not for trouble: made for every order that is turned away, and read by nobody who
 * wants to know where. Walking the stack for one costs several times as much as all the rest of such an answer.
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
