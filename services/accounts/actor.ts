import { scopes, scopesOf, type Principal, type Role, type Scope } from './principal.ts'

/** Who does an administrative act. */
export type Actor = Pick<Principal, 'actor' | 'role' | 'scopes'>

/** The one who sits at the machine: may do everything. */
export const commandLine: Actor = { actor: 'cli', role: 'owner', scopes: new Set(scopes) }

/** Whether `actor` may give these scopes away: nobody gives what he does not have. */
export function mayGive(actor: Actor, given: Iterable<Scope>): boolean {
  return [...given].every((scope) => actor.scopes.has(scope))
}

/** Whether `actor` may make, change or remove a user of this role: only an owner handles owners, and nobody handles one who may do more than he. */
export function mayHandle(actor: Actor, role: Role): boolean {
  return (role !== 'owner' || actor.role === 'owner') && mayGive(actor, scopesOf(role))
}
