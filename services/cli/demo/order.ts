import type { OrderChanged } from '../../../schemas/events.ts'
import type { DemoTenant } from './demo-tenants.ts'
import type { Dice } from './dice.ts'
import type { Person } from './people.ts'
import { currencyFor, pickProducts, type DemoProduct } from './products.ts'

/** An order of the demo's shop; its state is filled in event by event. */
export type DemoOrder = { part: Omit<OrderChanged, 'event_id' | 'tenant' | 'occurred_at' | 'source' | 'customer' | 'status'> }

const reasons: Record<DemoTenant['teamLanguage'], readonly string[]> = {
  pt: ['Produto com defeito', 'Tamanho errado', 'Comprei por engano', 'Demorou demais', 'Encontrei mais barato'],
  en: ['Arrived damaged', 'Wrong size', 'Ordered by mistake', 'Took too long', 'Trip was cancelled'],
}

/** An order of this person, of these products or of some. `which` tells apart the orders of one person. */
export function makeOrder(
  dice: Dice,
  tenant: DemoTenant,
  person: Person,
  wanted: readonly DemoProduct[] | undefined,
  which: number,
): DemoOrder {
  const products = wanted ?? pickProducts(dice, tenant.slug, dice.between(1, 3))
  const currency = currencyFor(products[0] as DemoProduct, person.language)
  const items = products.map(({ id, title, imageUrl, minor }) => ({
    id,
    title,
    quantity: dice.chance(0.8) ? 1 : dice.between(2, 4),
    price_minor: minor[currency] ?? null,
    image_url: imageUrl,
  }))
  // 37 and 11 have no product in common below what they are taken times: no two orders share a number.
  const number = String(1_000 + person.number * 37 + which * 11)
  return {
    part: {
      order_id: `${tenant.slug}-${number}`,
      order_number: `${tenant.orderPrefix}${number}`,
      total_minor: items.reduce((sum, { quantity, price_minor }) => sum + quantity * (price_minor ?? 0), 0),
      currency,
      reason: dice.chance(0.8) ? dice.pick(reasons[tenant.teamLanguage]) : null,
      items,
    },
  }
}
