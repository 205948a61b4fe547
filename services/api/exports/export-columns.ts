import { uuidOf } from '../../leads/event-identity.ts'
import type { ExportRow } from '../../leads/export-rows.ts'
import { tagLabels, type Tag } from '../../leads/submission.ts'
import type { Tenant } from '../../leads/tenants.ts'
import { statusOf } from '../../leads/workflow.ts'
import { localTimeIn } from './local-time.ts'
import type { Cell } from './sheet.ts'

/** A column of an export: a name for programs, a heading for people. */
export type ExportColumn = { key: string; header: string; cell(row: ExportRow, agents: ReadonlyMap<string, string>): Cell }

/** The columns of an export of this tenant's leads; headings of times name the time zone. `agents` given to a cell are names by id. */
export function exportColumns({ definition }: Pick<Tenant, 'definition'>, timeZone: string): ExportColumn[] {
  const localTime = localTimeIn(timeZone)
  return [
    { key: 'openedAt', header: `Opened (${timeZone})`, cell: ({ openedAt }) => localTime(openedAt) },
    { key: 'name', header: 'Name', cell: ({ name }) => name },
    { key: 'email', header: 'Email', cell: ({ email }) => email },
    { key: 'phone', header: 'Phone', cell: ({ phone }) => phone },
    { key: 'orderNumbers', header: 'Order numbers', cell: ({ orderNumbers }) => listOf(orderNumbers) },
    { key: 'tags', header: 'Tags', cell: ({ tags }) => listOf(tags.map((tag) => tagLabels[tag as Tag] ?? tag)) },
    { key: 'status', header: 'Status', cell: ({ status }) => statusOf(definition, status)?.label ?? status },
    { key: 'score', header: 'Score', cell: ({ score }) => score },
    { key: 'agent', header: 'Agent', cell: ({ assignee }, agents) => (assignee === null ? null : (agents.get(assignee) ?? assignee)) },
    { key: 'source', header: 'Source', cell: ({ source }) => source },
    { key: 'lastActivityAt', header: `Last activity (${timeZone})`, cell: ({ lastActivityAt }) => localTime(lastActivityAt) },
    { key: 'submissions', header: 'Submissions', cell: ({ submissions }) => submissions },
    { key: 'leadId', header: 'Lead ID', cell: ({ leadId }) => uuidOf(leadId) },
  ]
}

const listOf = (texts: readonly string[]) => (texts.length === 0 ? null : texts.join(', '))
