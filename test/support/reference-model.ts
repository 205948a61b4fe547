import type { EventByTopic } from '../../schemas/events.ts'
import type { Placed } from './generate-events.ts'

/** What a run leaves behind, counted. */
export type Totals = {
  contacts: number
  leads: number
  submissions: number
  receipts: number
  orders: number
  opened: number
  submissionAdded: number
  orderChanged: number
  scoreChanged: number
  mails: number
  publishedActivity: number
  publishedStatus: number
  done: number
  duplicates: number
  scoreSum: number
}

type ModelLead = { submissions: number; followUps: number; lines: Set<string>; score: number }
type ModelContact = { lead: ModelLead | undefined; ids: Set<string> }

const formPoints: Record<string, number> = {
  AGENT_REQUEST: 30,
  ORDER_QUESTION: 15,
  COUPON_REQUEST: 20,
  COUPON_CREATED: 15,
  REFUND_REQUEST: 10,
  CANCELLATION: 5,
  ORDER_RESOLVED: 0,
  OTHER: 10,
}
const orderPoints: Record<string, number> = { REFUND_REQUESTED: 10, CANCELLED: 5, QUESTION_RESOLVED: 0 }

type Asked = { points: number; products: number; hasName: boolean; hasEmail: boolean; hasPhone: boolean }

/** A second opinion on what the fleet must do with a stream, written from the rules and not from the code: one event after the other, in memory. Phones are given in Brazilian forms only. */
export class ReferenceModel {
  private readonly seen = new Set<string>()
  private readonly keys = new Map<string, ModelContact>()
  private readonly receipts = new Set<string>()
  private readonly orders = new Set<string>()
  readonly totals: Totals = {
    contacts: 0,
    leads: 0,
    submissions: 0,
    receipts: 0,
    orders: 0,
    opened: 0,
    submissionAdded: 0,
    orderChanged: 0,
    scoreChanged: 0,
    mails: 0,
    publishedActivity: 0,
    publishedStatus: 0,
    done: 0,
    duplicates: 0,
    scoreSum: 0,
  }

  apply({ topic, event }: Placed): void {
    const identity = `${event.tenant}|${event.source}|${event.event_id}`
    if (this.seen.has(identity)) {
      this.totals.duplicates++
      return
    }
    this.seen.add(identity)
    this.totals.done++
    if (topic === 'broadcast.delivery-reported') this.receipts.add(`${event.tenant}|${event.message_id}|${event.attempt}`)
    else if (topic === 'order.changed') this.applyOrder(event)
    else if (topic === 'broadcast.reply-received') this.applyReply(event)
    else this.applyForm(event)
    this.totals.receipts = this.receipts.size
    this.totals.orders = this.orders.size
  }

  private applyForm({
    tenant,
    visitor,
    form,
    products,
    channel,
    channel_user_id,
    order_number,
  }: EventByTopic['chat.form-submitted']): void {
    const keys = this.keysOf(tenant, {
      visitor: visitor.visitor_id,
      channel,
      user: channel_user_id,
      phone: visitor.phone,
      email: visitor.email,
      orderNumber: order_number,
    })
    this.submit(this.contactOf(keys, true), { points: formPoints[form] ?? 0, products: products.length, ...given(visitor) })
  }

  private applyReply({ tenant, recipient }: EventByTopic['broadcast.reply-received']): void {
    const keys = this.keysOf(tenant, {
      channel: recipient.channel,
      user: recipient.channel_user_id,
      phone: recipient.phone,
      email: recipient.email,
    })
    this.submit(this.contactOf(keys, true), { points: 25, products: 0, ...given(recipient) })
  }

  private applyOrder({ tenant, order_id, order_number, status, customer, items }: EventByTopic['order.changed']): void {
    this.orders.add(`${tenant}|${order_id}`)
    const keys = this.keysOf(tenant, {
      visitor: customer.visitor_id,
      phone: customer.phone,
      email: customer.email,
      orderNumber: order_number,
    })
    const contact = this.contactOf(keys, status === 'REFUND_REQUESTED' || status === 'CANCELLED')
    if (contact === undefined) return
    if (status in orderPoints) {
      if (status === 'QUESTION_RESOLVED' && contact.lead === undefined) return
      this.submit(contact, { points: orderPoints[status] ?? 0, products: items.length, ...given(customer) })
    } else if (contact.lead !== undefined) {
      this.totals.orderChanged++
      this.publish(false)
      this.addLines(contact.lead, ['PLACED', 'PAID', 'FULFILLED'].includes(status) ? [[`order|${order_id}`, 20]] : [])
    }
  }

  private submit(contact: ModelContact | undefined, asked: Asked): void {
    if (contact === undefined) throw new Error('a submission always has a contact')
    const isFirst = contact.lead === undefined
    const lead = (contact.lead ??= { submissions: 0, followUps: 0, lines: new Set(), score: 0 })
    this.totals.submissions++
    this.totals.mails++
    this.totals[isFirst ? 'opened' : 'submissionAdded']++
    if (isFirst) this.totals.leads++
    this.publish(isFirst)
    const number = lead.submissions++
    const lines: [string, number][] = [
      [`form|${number}`, asked.points],
      [`products|${number}`, Math.min(3, asked.products) * 5],
    ]
    if (asked.hasName) lines.push(['name', 5])
    if (asked.hasEmail) lines.push(['email', 10])
    if (asked.hasPhone) lines.push(['phone', 15])
    if (!isFirst && lead.followUps < 4) {
      lead.followUps++
      lines.push([`follow-up|${number}`, 5])
    }
    this.addLines(lead, lines)
  }

  private addLines(lead: ModelLead, lines: [string, number][]): void {
    let score = lead.score
    for (const [line, points] of lines) {
      if (points === 0 || lead.lines.has(line)) continue
      lead.lines.add(line)
      score += points
    }
    score = Math.min(100, score)
    if (score === lead.score) return
    this.totals.scoreSum += score - lead.score
    lead.score = score
    this.totals.scoreChanged++
    this.publish(false)
  }

  private publish(changesStatus: boolean): void {
    this.totals.publishedActivity++
    if (changesStatus) this.totals.publishedStatus++
  }

  private keysOf(
    tenant: string,
    fields: {
      visitor?: string | null
      channel?: string | null
      user?: string | null
      phone?: string | null
      email?: string | null
      orderNumber?: string | null
    },
  ): string[] {
    const digits = fields.phone?.replace(/\D/g, '')
    return [
      fields.visitor ? `visitor|${fields.visitor}` : '',
      fields.user ? `user:${fields.channel ?? 'chat'}|${fields.user}` : '',
      digits ? `phone|${digits.startsWith('55') ? digits : `55${digits}`}` : '',
      fields.email ? `email|${fields.email.toLowerCase()}` : '',
      fields.orderNumber ? `order|${fields.orderNumber.replace(/^#/, '').toUpperCase()}` : '',
    ]
      .filter((key) => key !== '')
      .map((key) => `${tenant}|${key}`)
  }

  private contactOf(keys: string[], opens: boolean): ModelContact | undefined {
    const idKind = (key: string) => /^[^|]*\|(visitor|user:[^|]*)\|/.exec(key)?.[1]
    const isWeak = (key: string) => /^[^|]*\|(email|order)\|/.test(key)
    const isVetoed = (key: string, owner: ModelContact) =>
      isWeak(key) && keys.some((id) => !this.keys.has(id) && owner.ids.has(idKind(id) ?? '-'))
    const deciding = keys.find((key) => {
      const owner = this.keys.get(key)
      return owner !== undefined && !isVetoed(key, owner)
    })
    let contact = deciding === undefined ? undefined : this.keys.get(deciding)
    if (contact === undefined) {
      if (!opens) return undefined
      contact = { lead: undefined, ids: new Set() }
      this.totals.contacts++
    }
    for (const key of keys) {
      if (this.keys.has(key)) continue
      this.keys.set(key, contact)
      const kind = idKind(key)
      if (kind !== undefined) contact.ids.add(kind)
    }
    return contact
  }
}

function given(person: { name?: string | null; email?: string | null; phone?: string | null }) {
  return { hasName: (person.name ?? '').trim() !== '', hasEmail: Boolean(person.email), hasPhone: Boolean(person.phone) }
}
