import { z } from 'zod'
import { roles, scopes, type Principal } from '../../accounts/principal.ts'
import type { Session } from '../../accounts/sessions.ts'
import type { User } from '../../accounts/user-store.ts'
import type { Tenant } from '../../leads/tenants.ts'
import { plans } from '../../leads/tenants.ts'
import type { MailOutcome } from '../mails/account-mails.ts'
import { idShape, timeOf, timeOrNull, timeShape } from './common.ts'

export const roleShape = z.enum(roles).meta({ id: 'Role', description: 'What a person is in the team, least first' })
export const scopeShape = z.enum(scopes).meta({ id: 'Scope', description: 'What a caller may do' })
/** Nothing is told about what is wrong with a password before it is looked at: its rules answer with their own codes. */
export const passwordShape = z.string().min(1).max(1_000)
export const emailShape = z.string().min(3).max(254)
export const nameShape = z.string().min(1).max(400)
export const ticketShape = z.string().min(1).max(100).meta({ description: 'What stands behind the # of the link in the mail' })
export const slugShape = z.string().min(1).max(64)

export const sessionShape = z
  .object({
    kind: z.enum(['user', 'token']),
    user: z.object({ id: idShape, name: z.string(), email: z.string().nullable() }).meta({ description: 'The person, or the token' }),
    tenant: z.object({ slug: z.string(), name: z.string(), plan: z.enum(plans), workflow: z.string(), timezone: z.string() }),
    role: roleShape.nullable().meta({ description: 'null for a token' }),
    scopes: z.array(scopeShape),
    csrfToken: z.string().nullable().meta({ description: 'Goes along with every write as the header x-csrf-token; null for a token' }),
    expiresAt: timeShape.nullable().meta({ description: 'When the session ends at the latest; null for a token' }),
  })
  .meta({ id: 'Session' })

export const userShape = z
  .object({
    id: idShape,
    email: z.string(),
    name: z.string(),
    role: roleShape,
    state: z.enum(['invited', 'enabled', 'disabled']),
    createdAt: timeShape,
    lastSignedInAt: timeShape.nullable(),
  })
  .meta({ id: 'User' })

export const invitationShape = z.object({
  user: userShape,
  mail: z.enum(['sent', 'not_sent', 'unknown']).meta({ description: 'unknown: this answers a repeated Idempotency-Key' }),
  detail: z.string().nullable().meta({ description: 'For people: why the mail was not sent, and what to do' }),
})

type Facts = { principal: Principal; tenant: Tenant; email: string | null; session: Pick<Session, 'csrfToken' | 'expiresAtMs'> | undefined }

export function showSession({ principal, tenant, email, session }: Facts): z.input<typeof sessionShape> {
  const { slug, name, plan, workflow, timezone } = tenant
  return {
    kind: principal.kind,
    user: { id: principal.id, name: principal.name, email },
    tenant: { slug, name, plan, workflow, timezone },
    role: principal.role,
    scopes: [...principal.scopes],
    csrfToken: session?.csrfToken ?? null,
    expiresAt: timeOrNull(session?.expiresAtMs ?? null),
  }
}

export function showUser({ id, email, name, role, state, createdAtMs, lastSignedInAtMs }: User): z.input<typeof userShape> {
  return { id, email, name, role, state, createdAt: timeOf(createdAtMs), lastSignedInAt: timeOrNull(lastSignedInAtMs) }
}

/** `outcome` is undefined when nothing was sent because the request is a repeated one. */
export function showInvitation(user: z.input<typeof userShape>, outcome: MailOutcome | undefined): z.input<typeof invitationShape> {
  if (outcome === undefined) return { user, mail: 'unknown', detail: null }
  if (outcome.sent) return { user, mail: 'sent', detail: null }
  const detail = `The invitation stands, but its mail could not be sent (${outcome.reason}). Send it again when the mail server takes mails.`
  return { user, mail: 'not_sent', detail }
}
