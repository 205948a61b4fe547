import { campaigns, deliveryErrors, type Campaign } from './campaigns.ts'
import { dayMs, hourMs, minuteMs } from './clock.ts'
import { deliveryEvent, type DemoEvent, type Reachable } from './demo-events.ts'
import type { DemoTenant } from './demo-tenants.ts'
import type { Dice } from './dice.ts'

/** The tenant's campaigns with the time they went out at and the ids of their messages. */
export function campaignTimes(tenant: DemoTenant, anchor: number) {
  const midnight = Math.floor(anchor / dayMs) * dayMs
  return (campaigns[tenant.slug] ?? []).map((campaign) => ({
    ...campaign,
    at: midnight - campaign.daysAgo * dayMs + campaign.hourUtc * hourMs,
    broadcastId: `${campaign.id}-1`,
    messageId: ({ number }: { number: number }) => `wamid.${tenant.slug}.${campaign.id}.${number}`,
  }))
}

/** What the provider reports about this person's messages: some never arrive, some are never read, some arrive at the second attempt. `answered` is the campaign that the person answers. */
export function campaignEvents(
  dice: Dice,
  tenant: DemoTenant,
  person: Reachable,
  anchor: number,
  tag: string,
  answered: string | undefined,
): DemoEvent[] {
  return campaignTimes(tenant, anchor).flatMap((campaign) => {
    if (campaign.id !== answered && !dice.chance(campaign.reach)) return []
    const sentAt = campaign.at + person.number * 2_000
    return journeyOf(dice, sentAt, campaign.id === answered)
      .filter(({ at }) => at < anchor - minuteMs)
      .map(({ status, attempt, at, error }) =>
        deliveryEvent(
          { tenant: tenant.slug, eventId: `${tag}-${campaign.id}-${attempt}-${status.toLowerCase()}`, occurredAt: at },
          person,
          { message_id: campaign.messageId(person), attempt, status, broadcast: broadcastOf(campaign, campaign.broadcastId), error },
        ),
      )
  })
}

type Report = {
  status: 'SENT' | 'DELIVERED' | 'READ' | 'FAILED'
  attempt: number
  at: number
  error: { code: string; title: string } | null
}

function journeyOf(dice: Dice, sentAt: number, isRead: boolean): Report[] {
  const report = (status: Report['status'], at: number, attempt = 1): Report => ({ status, attempt, at, error: null })
  const fails = !isRead && dice.chance(0.14)
  if (fails) {
    const failed = { ...report('FAILED', sentAt + dice.between(1, 50) * 1000), error: dice.pick(deliveryErrors) }
    const again = sentAt + 6 * hourMs
    const second = [report('SENT', again, 2), report('DELIVERED', again + dice.between(2, 90) * 1000, 2)]
    return [report('SENT', sentAt), failed, ...(dice.chance(0.4) ? second : [])]
  }
  const deliveredAt = sentAt + (isRead || dice.chance(0.85) ? dice.between(1, 40) * 1000 : dice.between(30, 900) * minuteMs)
  const readAt = deliveredAt + (isRead ? dice.between(60, 240) * 1000 : dice.between(1, 2_000) * minuteMs)
  return [
    report('SENT', sentAt),
    ...(isRead || dice.chance(0.93) ? [report('DELIVERED', deliveredAt)] : []),
    ...(isRead || dice.chance(0.62) ? [report('READ', readAt)] : []),
  ]
}

const broadcastOf = ({ id, name, template }: Campaign, broadcastId: string) => ({
  broadcast_id: broadcastId,
  campaign_id: id,
  campaign_name: name,
  template_id: template.id,
  template_name: template.name,
  template_language: template.language,
})
