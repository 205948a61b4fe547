/** What a person or program may do. A route names the one that it needs. */
export const scopes = [
  'leads:read',
  'leads:write',
  'leads:export',
  'settings:read',
  'settings:write',
  'users:read',
  'users:write',
  'tokens:write',
  'operations:read',
  'operations:write',
  'webhooks:write',
  'audit:read',
] as const
export type Scope = (typeof scopes)[number]

/** What a person is in the team, least first. */
export const roles = ['viewer', 'agent', 'admin', 'owner'] as const
export type Role = (typeof roles)[number]

/** Who asks: a person with a session or a program with a token, always of one tenant. `actor` stands in histories and the audit log. `role` is null for a program. */
export type Principal = {
  tenantId: number
  kind: 'user' | 'token'
  id: string
  name: string
  actor: string
  role: Role | null
  scopes: ReadonlySet<Scope>
}

const agentScopes: readonly Scope[] = ['leads:read', 'leads:write', 'leads:export', 'settings:read', 'users:read']

/** What a role may do. Only an owner makes or changes owners; that is checked where users are changed. */
export function scopesOf(role: Role): ReadonlySet<Scope> {
  if (role === 'viewer') return new Set(['leads:read', 'settings:read', 'users:read'])
  return new Set(role === 'agent' ? agentScopes : scopes)
}
