import { randomUUID } from 'node:crypto'
import { spawnSync } from 'node:child_process'
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { findTokenHolder } from '../../../services/accounts/api-tokens.ts'
import { listAudit } from '../../../services/accounts/audit.ts'
import { signIn } from '../../../services/accounts/sign-in.ts'
import { acceptInvitation, resetPassword } from '../../../services/accounts/take-account.ts'
import { addTenant } from '../../../services/leads/tenants.ts'
import { connectDatabase } from '../../../services/platform/mysql/connection.ts'
import { transactionOn, type Transaction } from '../../../services/platform/mysql/transaction.ts'
import type { Knex } from 'knex'
import { goodPassword, inTransactions, newTenant } from '../../support/accounts.ts'
import { createDatabase } from '../../support/world.ts'

const publicUrl = 'https://leads.shop.example'
const run = <Result>(work: (inner: Transaction) => Promise<Result>) => inTransactions(db)(work)

let db: Knex
let tx: Transaction
let url: string
beforeAll(async () => {
  url = await createDatabase(`tributary_test_${randomUUID().slice(0, 8)}`)
  db = connectDatabase(url, 2)
  tx = transactionOn(db)
  await addTenant(tx, newTenant('shop'), new Date())
})
afterAll(() => db.destroy())

function tributary(words: string[], input = '') {
  const { status, stdout, stderr } = spawnSync(process.execPath, ['services/cli/tributary.mjs', ...words], {
    input,
    encoding: 'utf8',
    env: { PATH: process.env['PATH'], MYSQL_URL: url, PUBLIC_URL: publicUrl },
  })
  return { status, stderr, stdout, json: () => JSON.parse(stdout) as Record<string, string> }
}
const ticketIn = (link = '') => new URL(link).hash.slice(1)
const canEnter = async (email: string, password: string) =>
  (await signIn(run, { tenantSlug: 'shop', email, password, address: '10.0.0.1' }, new Date())).result === 'signed-in'
const lastActs = async (most: number) => (await listAudit(tx, 1, { most })).map(({ actor, action }) => `${actor} ${action}`)

describe('tributary users', () => {
  it('add prints a link that lets in once', async () => {
    const { status, stdout, stderr } = tributary([
      'users',
      'add',
      '--tenant',
      'shop',
      'Ana@Shop.Example',
      '--role',
      'owner',
      '--name',
      'Ana',
    ])
    expect([status, stderr]).toEqual([0, 'Give them this link; it works once:\n'])
    const link = /https:\S+/.exec(stdout)?.[0]
    expect(link).toMatch(/^https:\/\/leads\.shop\.example\/invitation#1_/)
    const { user } = await acceptInvitation(run, { ticket: ticketIn(link), password: goodPassword, now: new Date() })
    expect(user).toMatchObject({ email: 'ana@shop.example', role: 'owner', state: 'enabled' })
    expect((await lastActs(2)).at(1)).toBe('cli user.invited')
  })

  it('add takes a password from stdin, and needs no link then', async () => {
    const { status, json } = tributary(
      ['users', 'add', '--tenant', 'shop', 'bea@shop.example', '--password-stdin', '--json'],
      `${goodPassword}\n`,
    )
    expect(status).toBe(0)
    expect(json()).toMatchObject({ email: 'bea@shop.example', role: 'agent', state: 'enabled' })
    expect(json()).not.toHaveProperty('link')
    expect(await canEnter('bea@shop.example', goodPassword)).toBe(true)
  })

  it('add of one who is there is an error, or nothing with --if-missing', () => {
    tributary(['users', 'add', '--tenant', 'shop', 'caio@shop.example'])
    const again = tributary(['users', 'add', '--tenant', 'shop', 'caio@shop.example'])
    expect(again.status).not.toBe(0)
    expect(again.stderr).toContain('There is a user with this address already')
    const missing = tributary(['users', 'add', '--tenant', 'shop', 'CAIO@shop.example', '--if-missing', '--json'])
    expect([missing.status, missing.json()['state']]).toEqual([0, 'invited'])
  })

  it('reset prints a link that sets another password, or takes one from stdin', async () => {
    tributary(['users', 'add', '--tenant', 'shop', 'duda@shop.example', '--password-stdin'], goodPassword)
    const { json } = tributary(['users', 'reset', '--tenant', 'shop', 'duda@shop.example', '--json'])
    expect((await lastActs(1)).at(0)).toBe('cli user.reset-link-made')
    await resetPassword(run, { ticket: ticketIn(json()['link']), password: 'another horse entirely', now: new Date() })
    expect(await canEnter('duda@shop.example', 'another horse entirely')).toBe(true)
    expect(
      tributary(['users', 'reset', '--tenant', 'shop', 'duda@shop.example', '--password-stdin'], 'a third horse entirely').status,
    ).toBe(0)
    expect(await canEnter('duda@shop.example', 'a third horse entirely')).toBe(true)
    expect((await lastActs(1)).at(0)).toBe('cli user.password-set')
  })

  it('list shows everybody, never a password', () => {
    const { stdout } = tributary(['users', 'list', '--tenant', 'shop', '--json'])
    expect(stdout).toContain('"email":"bea@shop.example"')
    expect(stdout).not.toContain('argon2')
  })

  it.each([
    [['users', 'add', '--tenant', 'nowhere', 'x@shop.example'], 'There is no tenant nowhere'],
    [['users', 'add', '--tenant', 'shop', 'x'], 'This is no email address'],
    [['users', 'add', '--tenant', 'shop', 'x@shop.example', '--role', 'king'], 'viewer, agent, admin, owner'],
    [['users', 'add', '--tenant', 'shop', 'x@shop.example', '--password-stdin'], 'There was no password on stdin'],
    [['users', 'reset', '--tenant', 'shop', 'nobody@shop.example'], 'npx tributary users list --tenant shop'],
    [['tokens', 'add', '--tenant', 'shop', '--name', 'CRM', '--scope', 'leads:steal'], 'leads:steal is no scope'],
    [['tokens', 'add', '--tenant', 'shop', '--name', 'CRM', '--scope', 'leads:read', '--days', '0'], 'Give whole days'],
    [['users', 'list'], '--tenant <slug>'],
    [['tokens', 'revoke', '--tenant', 'shop', 'x'], 'There is no such token'],
  ])('%j says what was wrong', (words, sentence) => {
    const { status, stdout, stderr } = tributary(words)
    expect(status).not.toBe(0)
    expect(stderr).toContain(sentence)
    expect(stdout).toBe('')
  })
})

it('a password that is no good makes no user', async () => {
  const { status, stderr } = tributary(['users', 'add', '--tenant', 'shop', 'easy@shop.example', '--password-stdin'], 'password1234\n')
  expect(status).not.toBe(0)
  expect(stderr).toContain('among the first that anybody would try')
  expect(tributary(['users', 'list', '--tenant', 'shop', '--json']).stdout).not.toContain('easy@shop.example')
})

it('tributary tokens makes a token, told once, and revokes it', async () => {
  const words = ['--tenant', 'shop', '--name', 'CRM', '--scope', 'leads:read', '--scope', 'leads:export', '--days', '30', '--json']
  const { status, json } = tributary(['tokens', 'add', ...words])
  expect(status).toBe(0)
  const { id = '', secret = '' } = json()
  expect([...((await findTokenHolder(tx, secret, new Date()))?.scopes ?? [])]).toEqual(['leads:read', 'leads:export'])
  const { stdout } = tributary(['tokens', 'list', '--tenant', 'shop', '--json'])
  expect(stdout).toContain(id)
  expect(stdout).not.toContain(secret)
  expect(tributary(['tokens', 'revoke', '--tenant', 'shop', id]).status).toBe(0)
  expect(await findTokenHolder(tx, secret, new Date())).toBeUndefined()
  expect((await lastActs(2)).toSorted()).toEqual(['cli token.created', 'cli token.revoked'])
})
