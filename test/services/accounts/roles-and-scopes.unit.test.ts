import { describe, expect, it } from '@jest/globals'
import fc from 'fast-check'
import { commandLine, mayGive, mayHandle, type Actor } from '../../../services/accounts/actor.ts'
import { roles, scopes, scopesOf, type Role, type Scope } from '../../../services/accounts/principal.ts'

const person = (role: Role): Actor => ({ actor: 'user:x', role, scopes: scopesOf(role) })
const program = (given: Scope[]): Actor => ({ actor: 'token:x', role: null, scopes: new Set(given) })

// Who may handle whom: viewer, agent, admin, owner.
const matrix: [Role, boolean[]][] = [
  ['viewer', [true, false, false, false]],
  ['agent', [true, true, false, false]],
  ['admin', [true, true, true, false]],
  ['owner', [true, true, true, true]],
]

describe('a role', () => {
  it.each(matrix)('%s handles only those who may do no more', (role, expected) => {
    expect(roles.map((other) => mayHandle(person(role), other))).toEqual(expected)
  })

  it('may do what each role below it may do', () => {
    for (const [index, role] of roles.entries())
      for (const lesser of roles.slice(0, index)) expect(mayGive(person(role), scopesOf(lesser))).toBe(true)
  })

  it('of a viewer changes nothing', () => {
    expect([...scopesOf('viewer')].filter((scope) => !scope.endsWith(':read'))).toEqual([])
  })

  it('below admin changes neither users nor tokens nor settings', () => {
    for (const role of ['viewer', 'agent'] as const)
      for (const scope of ['users:write', 'tokens:write', 'settings:write', 'webhooks:write', 'operations:write', 'audit:read'] as const)
        expect(scopesOf(role).has(scope)).toBe(false)
  })
})

describe('a program', () => {
  it('never handles an owner, whatever its token allows', () => {
    expect(mayHandle(program([...scopes]), 'owner')).toBe(false)
  })

  it('never makes somebody who may do what it may not', () => {
    fc.assert(
      fc.property(fc.subarray([...scopes]), fc.constantFrom(...roles), (given, role) => {
        if (mayHandle(program(given), role)) expect([...scopesOf(role)].every((scope) => given.includes(scope))).toBe(true)
      }),
    )
  })

  it('gives on exactly what it has', () => {
    fc.assert(
      fc.property(fc.subarray([...scopes]), fc.subarray([...scopes]), (has, given) => {
        expect(mayGive(program(has), given)).toBe(given.every((scope) => has.includes(scope)))
      }),
    )
  })
})

it('whoever sits at the machine handles everybody', () => {
  expect(roles.every((role) => mayHandle(commandLine, role))).toBe(true)
})
