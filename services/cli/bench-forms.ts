import type { ChatFormSubmitted } from '../../schemas/events.ts'

/** The `index`th chat form of the bench. Every fifth is a follow-up of somebody who wrote before. */
export function benchForm(tenant: string, index: number, at: number): ChatFormSubmitted {
  const person = index % 5 === 4 ? index - 4 : index
  return {
    event_id: `bench-form-${index}`,
    tenant,
    occurred_at: at,
    source: 'bench',
    form: 'ORDER_QUESTION',
    visitor: {
      visitor_id: `visitor-of-form-${person}`,
      name: `Person ${person}`,
      email: `person${person}@example.com`,
      phone: `+5511${String(910000000 + person)}`,
      locale: 'pt-BR',
      timezone: null,
    },
    channel: 'web',
    channel_user_id: null,
    order_number: `#${100000 + person}`,
    message: 'Where is my order? It should have been here yesterday.',
    consent: { terms_accepted: true, marketing_opt_in: false },
    page_url: 'https://shop.example/orders',
    conversation_id: `conversation-${person}`,
    transcript: ['Hello', 'Hi, how can I help?', 'Where is my order?', 'Let me ask a colleague.'].map((text, turn) => ({
      author: turn % 2 === 0 ? ('VISITOR' as const) : ('AI' as const),
      text,
      at: at - 4000 + turn * 1000,
    })),
    products: [],
    coupon: null,
  }
}
