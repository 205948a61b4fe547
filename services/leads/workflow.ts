/** One word of a workflow. A final status ends the lead: it is no longer active. */
export type Status = { name: string; label: string; isFinal: boolean }
/** A move that people may make, with the label of its button. One that `reopens` leads from a final status back to an open one; no other move leaves a final status. */
export type Move = { from: string; to: string; label: string; reopens?: boolean }
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
    { from: 'closed', to: 'new', label: 'Reopen', reopens: true },
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

/** The status of a new lead. Throws for a workflow without statuses, which no check lets in. */
export function firstStatusOf(workflow: Workflow): Status {
  const [first] = workflow.statuses
  if (first === undefined) throw new Error(`the workflow ${workflow.name} has no status`)
  return first
}

/** The status of this name; undefined when the workflow has none. */
export const statusOf = (workflow: Workflow, name: string): Status | undefined => workflow.statuses.find((status) => status.name === name)

/** The moves that a lead in this status may make, in the order of their buttons. */
export const movesFrom = (workflow: Workflow, status: string): Move[] => workflow.moves.filter(({ from }) => from === status)

/** The move by which a lead in this final status comes back to life; undefined when there is none. */
export const reopeningOf = (workflow: Workflow, status: string): Move | undefined =>
  workflow.moves.find(({ from, reopens }) => from === status && reopens === true)
