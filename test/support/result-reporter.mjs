import { writeFileSync } from 'node:fs'

/** Prints each finished file and each failure, and leaves the totals for the closing line where TRIBUTARY_TEST_RESULT says. A file that cannot run counts as one failure. */
export default class ResultReporter {
  onTestResult(_test, result) {
    const { testFilePath, numPassingTests, numFailingTests, perfStats, failureMessage } = result
    const name = testFilePath.slice(testFilePath.lastIndexOf('/test/') + 1)
    const seconds = ((perfStats.end - perfStats.start) / 1000).toFixed(1)
    process.stderr.write(
      `${numFailingTests > 0 || result.testExecError ? 'FAIL' : 'ok  '} ${name} (${numPassingTests} passed, ${seconds} s)\n`,
    )
    if (failureMessage) process.stderr.write(`${failureMessage}\n`)
  }

  onRunComplete(_contexts, { numPassedTests, numFailedTests, numRuntimeErrorTestSuites, numPendingTests }) {
    const path = process.env.TRIBUTARY_TEST_RESULT
    const totals = { passed: numPassedTests, failed: numFailedTests + numRuntimeErrorTestSuites, skipped: numPendingTests }
    if (path) writeFileSync(path, JSON.stringify(totals))
    else process.stderr.write(`${totals.passed} passed, ${totals.failed} failed\n`)
  }
}
