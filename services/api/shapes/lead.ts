import { z } from 'zod'
import { idShape, timeShape } from './common.ts'

export const statusShape = z.object({ name: z.string(), label: z.string(), isFinal: z.boolean() })
export const moveShape = z.object({ to: z.string(), label: z.string() }).meta({ description: 'A move that the status allows, as a button' })

export const productShape = z
  .object({
    id: z.string().nullable(),
    title: z.string(),
    imageUrl: z.string().nullable(),
    priceMinor: z.number().nullable(),
    currency: z.string().nullable(),
    url: z.string().nullable(),
  })
  .meta({ id: 'Product' })

export const submissionShape = z
  .object({
    submissionId: idShape,
    tag: z.string(),
    source: z.string(),
    eventId: z.string(),
    occurredAt: timeShape,
    receivedAt: timeShape,
    joinedBy: z.string().meta({ description: 'The rule by which it joined the lead' }),
    name: z.string().nullable(),
    email: z.string().nullable(),
    phone: z.string().nullable(),
    orderNumber: z.string().nullable(),
    message: z.string().nullable(),
    channel: z.string().nullable(),
    conversationId: z.string().nullable(),
    pageUrl: z.string().nullable(),
    coupon: z.string().nullable(),
    inReplyTo: z.string().nullable(),
    transcript: z.array(z.object({ author: z.enum(['visitor', 'ai', 'agent', 'system']), text: z.string(), at: timeShape.nullable() })),
    products: z.array(productShape),
  })
  .meta({ id: 'Submission' })

export const leadShape = z
  .object({
    leadId: idShape,
    contactId: idShape,
    sequence: z.int().meta({ description: 'Number of the last row of its history; also the ETag' }),
    status: statusShape,
    active: z.boolean(),
    moves: z.array(moveShape),
    score: z.int(),
    tag: z.string(),
    tags: z.array(z.string()),
    assignee: idShape.nullable().meta({ description: 'Id of the agent in charge' }),
    source: z.string(),
    openedAt: timeShape,
    lastActivityAt: timeShape,
    previousLeadId: idShape.nullable(),
    contact: z.object({
      name: z.string().nullable(),
      email: z.string().nullable(),
      phone: z.string().nullable(),
      orderNumber: z.string().nullable(),
      locale: z.string().nullable(),
      timezone: z.string().nullable(),
      consent: z.object({ termsAccepted: z.boolean(), marketingOptIn: z.boolean() }).nullable(),
    }),
    mail: z
      .object({ queued: z.int(), sent: z.int(), failed: z.int(), lastSentAt: timeShape.nullable() })
      .meta({ description: 'How its mails stand; the ledger itself is at /mails' }),
  })
  .meta({ id: 'Lead', description: 'A lead as it is now' })

export const leadDetailShape = leadShape
  .extend({
    submissions: z.array(submissionShape).meta({ description: 'Oldest first; those behind the first are follow-up submissions' }),
    keys: z.array(z.object({ kind: z.string(), value: z.string(), strength: z.string() })),
    orders: z.array(
      z.object({
        orderId: z.string(),
        orderNumber: z.string().nullable(),
        status: z.string(),
        totalMinor: z.number().nullable(),
        currency: z.string().nullable(),
        changedAt: timeShape,
      }),
    ),
    unreadBy: z.boolean().meta({ description: 'Whether the caller has not read its last row of history' }),
  })
  .meta({ id: 'LeadDetail' })

export const historyRowShape = z
  .object({
    sequence: z.int(),
    kind: z.string(),
    actor: z.string(),
    occurredAt: timeShape,
    recordedAt: timeShape,
    publishedAt: timeShape.nullable(),
    status: z.string(),
    previousStatus: z.string().nullable(),
    score: z.int(),
    previousScore: z.int().nullable(),
    assignee: z.string().nullable(),
    previousAssignee: z.string().nullable(),
    reason: z.string().nullable(),
    submissionId: idShape.nullable(),
    orderId: z.string().nullable(),
    orderStatus: z.string().nullable(),
    followUpId: idShape.nullable(),
    noteId: idShape.nullable(),
  })
  .meta({ id: 'HistoryRow' })

export const scoreLineShape = z
  .object({
    rule: z.string(),
    version: z.int(),
    points: z.int(),
    evidence: z.string(),
    sequence: z.int(),
    scoredAt: timeShape,
    author: z.string().nullable(),
    reason: z.string().nullable(),
  })
  .meta({ id: 'ScoreLine' })

export const broadcastShape = z
  .object({
    messageId: z.string(),
    attempt: z.int(),
    status: z.string(),
    sentAt: timeShape.nullable(),
    deliveredAt: timeShape.nullable(),
    readAt: timeShape.nullable(),
    failedAt: timeShape.nullable(),
    receivedAt: timeShape,
    broadcastId: z.string().nullable(),
    campaign: z.string().nullable(),
    template: z.string().nullable(),
    language: z.string().nullable(),
    error: z.object({ code: z.string().nullable(), title: z.string().nullable() }).nullable(),
  })
  .meta({ id: 'Broadcast' })

export const mailShape = z
  .object({
    template: z.string(),
    recipient: z.string(),
    state: z.string(),
    attempts: z.int(),
    reason: z.string().nullable(),
    queuedAt: timeShape,
    sentAt: timeShape.nullable(),
  })
  .meta({ id: 'Mail' })

export const noteShape = z
  .object({ noteId: idShape, author: z.string(), text: z.string(), writtenAt: timeShape, sequence: z.int() })
  .meta({ id: 'Note' })

export const followUpShape = z
  .object({
    followUpId: idShape,
    leadId: idShape,
    state: z.enum(['due', 'overdue', 'done', 'cancelled']),
    dueAt: timeShape,
    note: z.string(),
    agent: idShape.nullable(),
    remindAt: timeShape.nullable(),
    remindedAt: timeShape.nullable(),
    author: z.string(),
    createdAt: timeShape,
    settledAt: timeShape.nullable(),
    settledBy: z.string().nullable(),
  })
  .meta({ id: 'FollowUp' })
