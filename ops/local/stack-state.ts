import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Started } from './child-process.ts'
import type { Addresses } from './light-parts.ts'

/** What is written down of a running stack: its parts in the order of their start, its addresses, and who watches over it. */
export type StackState = {
  supervisor: Started
  parts: { name: string; log: string; started: Started }[]
  addresses: Addresses
  urls: Record<string, string>
  isReady: boolean
  /** Who can sign in to the demo tenants; only where there are some. */
  signIn?: { tenant: string; email: string; password: string }[]
}

const fileOf = (data: string) => join(data, 'stack.json')

export function readState(data: string): StackState | undefined {
  return existsSync(fileOf(data)) ? (JSON.parse(readFileSync(fileOf(data), 'utf8')) as StackState) : undefined
}

/** Writes the record in one move: another program that asks for the state meanwhile reads the old one or the new one, never half of it. */
export function writeState(data: string, state: StackState): void {
  mkdirSync(data, { recursive: true })
  const draft = `${fileOf(data)}.${process.pid}`
  writeFileSync(draft, `${JSON.stringify(state, null, 2)}\n`)
  renameSync(draft, fileOf(data))
}

export function forgetState(data: string): void {
  rmSync(fileOf(data), { force: true })
}
