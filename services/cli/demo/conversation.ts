import type { ChatFormSubmitted, FormKind } from '../../../schemas/events.ts'
import type { DemoTenant } from './demo-tenants.ts'
import type { Dice } from './dice.ts'
import { makeOrder, type DemoOrder } from './order.ts'
import type { Person } from './people.ts'
import { currencyFor, pickProducts, priceText, type DemoProduct } from './products.ts'
import { fill, pickScript, tellScript, tongues } from './scripts.ts'

/** One visit of a person to the chat: the form that comes of it, the products it was about, and the order, where it was about one. */
export type Scene = {
  form: FormKind
  products: DemoProduct[]
  order: DemoOrder | null
  part: Pick<ChatFormSubmitted, 'form' | 'order_number' | 'message' | 'page_url' | 'transcript' | 'products' | 'coupon'>
}

const aboutAnOrder: ReadonlySet<FormKind> = new Set<FormKind>(['ORDER_QUESTION', 'REFUND_REQUEST', 'CANCELLATION', 'ORDER_RESOLVED'])

/** A visit that ends in a form at `at`; `visit` tells apart the visits of one person. */
export function makeConversation(dice: Dice, tenant: DemoTenant, person: Person, at: number, visit: number): Scene {
  const { language } = person
  const spoken = new Set(tongues[language].scripts.map(({ form }) => form))
  const form = dice.weigh(Object.fromEntries(Object.entries(tenant.forms).filter(([kind]) => spoken.has(kind as FormKind)))) as FormKind
  const script = pickScript(dice, language, form)
  if (script === undefined) throw new Error(`there is no script for ${form} in ${language}`)
  const products = pickProducts(dice, tenant.slug, Number(dice.weigh({ '1': 70, '2': 22, '3': 8 })))
  const [product] = products
  if (product === undefined) throw new Error(`${tenant.slug} sells nothing`)
  const currency = currencyFor(product, language)
  const order = aboutAnOrder.has(form) ? makeOrder(dice, tenant, person, [product], visit) : null
  const slots = {
    product: product.title,
    price: priceText(product.minor[currency] ?? 0, currency, person.locale),
    order: order?.part.order_number ?? '',
    coupon: `${dice.pick(['BEMVINDO', 'VIP', 'TRAIL', 'NOV', 'HELLO'])}${dice.pick([5, 10, 15])}`,
    name: person.calledName === null ? '' : `${language === 'ja' || language === 'ar' ? '、' : ' '}${person.calledName}`,
  }
  const isChatty = !dice.chance(0.07)
  return {
    form,
    products,
    order,
    part: {
      form,
      order_number:
        order === null ? null : dice.chance(0.3) ? (order.part.order_number?.replace('#', '') ?? null) : order.part.order_number,
      message: dice.chance(0.92) ? fill(script.message, slots) : null,
      page_url: dice.chance(0.9) ? product.url : null,
      transcript: isChatty ? tellScript(dice, language, script, slots, at - dice.between(5, 60) * 1000) : [],
      products: form === 'OTHER' || order !== null ? [] : products.map((shown) => shownProduct(shown, language)),
      coupon: form === 'COUPON_CREATED' ? slots.coupon : null,
    },
  }
}

function shownProduct(product: DemoProduct, language: string): ChatFormSubmitted['products'][number] {
  const { id, title, imageUrl, url, minor } = product
  const currency = currencyFor(product, language)
  return { id, title, image_url: imageUrl, price_minor: minor[currency] ?? null, currency, url }
}
