// After a change of packages: `node ops/local/complete-lock.mjs`. Where npm cannot see the builds of optional packages for other platforms it leaves them out of
// package-lock.json, and `npm ci` then refuses the file. This adds an entry for each, without an address, so that every machine installs from the same lock.
import { readFileSync, writeFileSync } from 'node:fs'

const lock = JSON.parse(readFileSync('package-lock.json', 'utf8'))
let added = 0
for (const [path, entry] of Object.entries(lock.packages)) {
  for (const [name, version] of Object.entries(entry.optionalDependencies ?? {})) {
    if (`node_modules/${name}` in lock.packages || `${path}/node_modules/${name}` in lock.packages) continue
    lock.packages[`node_modules/${name}`] = {
      version: version.replace(/^[\^~]/, ''),
      ...(entry.dev ? { dev: true } : {}),
      optional: true,
      ...platformOf(name),
    }
    added++
  }
}
lock.packages = Object.fromEntries(Object.entries(lock.packages).sort(([a], [b]) => (a < b ? -1 : 1)))
writeFileSync('package-lock.json', `${JSON.stringify(lock, null, 2)}\n`)
process.stderr.write(`${added} entries added\n`)

// npm passes over an optional package only where it is told that it is for another platform.
function platformOf(name) {
  const os = ['darwin', 'linux', 'win32', 'freebsd', 'openbsd', 'netbsd', 'android', 'aix', 'sunos', 'openharmony'].find((word) =>
    name.includes(word),
  )
  const cpu = ['arm64', 'x64', 'ia32', 'arm', 'ppc64', 'riscv64', 's390x', 'loong64', 'wasm32'].find((word) =>
    new RegExp(`[-_]${word}`).test(name),
  )
  return { ...(os === undefined ? { os: ['none'] } : { os: [os] }), ...(cpu === undefined ? {} : { cpu: [cpu] }) }
}
