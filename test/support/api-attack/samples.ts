import { isId, type ApiDocument, type Operation, type Schema } from './operations.ts'

type Body = Record<string, unknown>

/** Bodies that do what their operation is for, where a value that only fits the schema would be refused. `me` is a user of the tenant, `lead` one of its leads. */
const goodBodies: Record<string, (known: Readonly<Record<string, string>>) => Body> = {
  changeStatus: () => ({ to: 'handled' }),
  assign: ({ userId }) => ({ to: userId }),
  changeFollowUp: () => ({ note: 'Call again' }),
  changeTenant: () => ({ onClosed: 'new_lead' }),
  changeUser: () => ({ name: 'Another Name' }),
  changeWebhook: () => ({ description: 'Another description' }),
  saveWorkflow: () => ({
    statuses: [
      { name: 'new', label: 'New', isFinal: false },
      { name: 'done', label: 'Done', isFinal: true },
    ],
    moves: [{ from: 'new', to: 'done', label: 'Finish' }],
  }),
  startBulkAction: ({ leadId }) => ({
    change: { change: 'status', to: 'handled', reason: null },
    selection: { leads: 'listed', leadIds: [leadId] },
  }),
  requestExport: ({ leadId }) => ({ format: 'csv', timeZone: 'UTC', selection: { leads: 'listed', leadIds: [leadId] } }),
  startReplay: ({ leadId }) => ({ range: { leadId, fromSequence: 1, toSequence: 1 }, reason: 'The reader was down' }),
  previewReplay: ({ leadId }) => ({ range: { leadId, fromSequence: 1, toSequence: 1 } }),
  inviteUser: () => ({ email: `invited-${Math.random().toString(36).slice(2)}@shop.example`, name: 'Invited', role: 'viewer' }),
  addWebhook: () => ({ url: 'http://127.0.0.1:9/hooks', types: ['*'] }),
  addView: () => ({ name: 'Mine', query: 'statuses=new' }),
  changeView: () => ({ name: 'Mine', query: 'statuses=new' }),
  createToken: () => ({ name: 'Program', scopes: ['leads:read'] }),
}

/** A body for the operation that it is meant for; undefined when it takes none. */
export function sampleBody(operation: Operation, document: ApiDocument, known: Readonly<Record<string, string>>): unknown {
  if (operation.body === undefined) return undefined
  return goodBodies[operation.id]?.(known) ?? sampleOf(operation.body, document, known)
}

/** A value that fits the schema, with no more than it requires. */
export function sampleOf(schema: Schema, document: ApiDocument, known: Readonly<Record<string, string>>): unknown {
  if (isId(schema)) return known['leadId']
  const {
    $ref,
    anyOf,
    oneOf,
    type,
    properties = {},
    required = [],
    items = {},
    minItems = 0,
    minimum = 1,
  } = schema as {
    $ref?: string
    anyOf?: Schema[]
    oneOf?: Schema[]
    type?: string
    properties?: Record<string, Schema>
    required?: string[]
    items?: Schema
    minItems?: number
    minimum?: number
  }
  if ($ref !== undefined) return sampleOf(document.components.schemas[$ref.split('/').at(-1) ?? ''] ?? {}, document, known)
  if ('const' in schema) return schema['const']
  if (Array.isArray(schema['enum'])) return schema['enum'][0]
  const [first] = anyOf ?? oneOf ?? []
  if (first !== undefined) return sampleOf(first, document, known)
  if (type === 'object') return Object.fromEntries(required.map((name) => [name, sampleOf(properties[name] ?? {}, document, known)]))
  if (type === 'array') return Array.from({ length: minItems }, () => sampleOf(items, document, known))
  if (type === 'integer' || type === 'number') return Math.max(minimum, 1)
  if (type === 'boolean') return false
  return schema['format'] === 'date-time' ? '2026-12-01T10:00:00Z' : 'word'
}
