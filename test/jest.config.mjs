import { fileURLToPath } from 'node:url'

const rootDir = fileURLToPath(new URL('..', import.meta.url))

const shared = {
  rootDir,
  testEnvironment: 'node',
  extensionsToTreatAsEsm: ['.ts'],
  transform: { '^.+\\.ts$': ['@swc/jest', { jsc: { target: 'es2022', parser: { syntax: 'typescript' } }, module: { type: 'es6' } }] },
  modulePathIgnorePatterns: ['<rootDir>/dist/', '<rootDir>/.tributary/'],
}

export default {
  rootDir,
  reporters: ['<rootDir>/test/support/result-reporter.mjs'],
  projects: [
    { ...shared, displayName: 'unit', testMatch: ['<rootDir>/test/**/*.unit.test.ts'] },
    {
      ...shared,
      displayName: 'integration',
      testMatch: ['<rootDir>/test/**/*.integration.test.ts', '<rootDir>/test/**/*.journey.test.ts'],
      globalSetup: '<rootDir>/test/support/start-test-stack.mjs',
      globalTeardown: '<rootDir>/test/support/stop-test-stack.mjs',
    },
  ],
}
