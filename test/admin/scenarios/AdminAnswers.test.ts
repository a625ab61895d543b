/** The admin API on one file. */
import * as AdminAnswers from "../AdminAnswers.ts"
import * as TestAdmin from "../TestAdmin.ts"

AdminAnswers.suite("one file", TestAdmin.layer())
