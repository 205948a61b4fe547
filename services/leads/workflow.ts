/** One word of a workflow. A final status ends the lead: it is no longer active. */
export type Status = { name: string; label: string; isFinal: boolean }
/** A move that people may make, with the label of its button. */
export type Move = { from: string; to: string; label: string }
/** How a tenant works its leads, as data (DESIGN D11). A new lead has the first status. */
export type Workflow = { name: string; statuses: readonly Status[]; moves: readonly Move[] }

const open = (name: string, label: string): Status => ({ name, label, isFinal: false })
const final = (name: string, label: string): Status => ({ name, label, isFinal: true })

const helpdesk: Workflow = {
  name: 'helpdesk',
  statuses: [open('new', 'New'), open('handled', 'Handled'), final('closed', 'Closed')],
  moves: [
    { from: 'new', to: 'handled', label: 'Mark Handled' },
    { from: 'new', to: 'closed', label: 'Close' },
    { from: 'handled', to: 'closed', label: 'Close' },
    { from: 'closed', to: 'new', label: 'Reopen' },
  ],
}

const pipelineOpen = [
  open('new', 'New'),
  open('contacted', 'Contacted'),
  open('qualifying', 'Qualifying'),
  open('qualified', 'Qualified'),
  open('follow_up', 'Follow-up'),
]
const pipelineFinal = [final('converted', 'Converted'), final('lost', 'Lost'), final('archived', 'Archived')]

const pipeline: Workflow = {
  name: 'pipeline',
  statuses: [...pipelineOpen, ...pipelineFinal],
  // Any open status may become any other one; the final ones are left by nobody.
  moves: pipelineOpen.flatMap((from) =>
    [...pipelineOpen, ...pipelineFinal].filter((to) => to !== from).map((to) => ({ from: from.name, to: to.name, label: to.label })),
  ),
}

/** The workflows that ship. */
export const workflows: ReadonlyMap<string, Workflow> = new Map([helpdesk, pipeline].map((workflow) => [workflow.name, workflow]))

/** The status of a new lead. Throws when there is no workflow of that name. */
export function firstStatusOf(workflowName: string): Status {
  const first = workflows.get(workflowName)?.statuses[0]
  if (first === undefined) throw new Error(`no workflow is named ${workflowName}`)
  return first
}
