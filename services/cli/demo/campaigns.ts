/** A broadcast of the demo. `daysAgo` is when it went out; texts are what people answer to it. */
export type Campaign = {
  id: string
  name: string
  template: { id: string; name: string; language: string }
  daysAgo: number
  hourUtc: number
  /** Share of the persons with a phone number who get it. */
  reach: number
  replies: readonly string[]
  button: { label: string; payload: string }
}

export const campaigns: Readonly<Record<string, readonly Campaign[]>> = {
  demo: [
    {
      id: 'dia-das-criancas',
      name: 'Dia das Crianças',
      template: { id: 'tpl-101', name: 'dia_das_criancas_v2', language: 'pt_BR' },
      daysAgo: 40,
      hourUtc: 13,
      reach: 0.35,
      replies: ['Tem frete grátis?', 'Oi! Ainda vale a promoção?', 'Quero saber mais 😊'],
      button: { label: 'Quero ver as ofertas', payload: 'SHOW_OFFERS' },
    },
    {
      id: 'black-friday-lista-vip',
      name: 'Black Friday: lista VIP',
      template: { id: 'tpl-107', name: 'black_friday_vip', language: 'pt_BR' },
      daysAgo: 12,
      hourUtc: 14,
      reach: 0.5,
      replies: ['Me coloca na lista, por favor', 'Qual o desconto na bolsa de couro?', 'Aceita pix?', 'Pode me mandar o cupom?'],
      button: { label: 'Entrar na lista VIP', payload: 'JOIN_VIP' },
    },
    {
      id: 'carrinho-abandonado',
      name: 'Carrinho abandonado',
      template: { id: 'tpl-110', name: 'carrinho_3h', language: 'pt_BR' },
      daysAgo: 3,
      hourUtc: 17,
      reach: 0.2,
      replies: ['Não consegui pagar com cartão, deu erro', 'O frete ficou caro…', 'Ainda tenho interesse sim'],
      button: { label: 'Terminar a compra', payload: 'RESUME_CHECKOUT' },
    },
  ],
  'demo-pipeline': [
    {
      id: 'autumn-trail-days',
      name: 'Autumn Trail Days',
      template: { id: 'tpl-21', name: 'autumn_trail_days', language: 'en_US' },
      daysAgo: 33,
      hourUtc: 17,
      reach: 0.45,
      replies: ['Is the Ridgeline tent part of this?', 'Do you ship to Canada?', 'Can I reserve for in-store pickup?'],
      button: { label: 'See the offers', payload: 'SHOW_OFFERS' },
    },
    {
      id: 'group-gear-b2b',
      name: 'Group gear for schools and clubs',
      template: { id: 'tpl-24', name: 'group_gear_quote', language: 'en_US' },
      daysAgo: 9,
      hourUtc: 16,
      reach: 0.4,
      replies: [
        'We need 14 backpacks for a scout troop. What would that cost?',
        'Please call me, we are planning a school trip in May.',
        'Do you invoice with net 30?',
      ],
      button: { label: 'Get a quote', payload: 'REQUEST_QUOTE' },
    },
  ],
}

/** Reasons for which a message does not arrive: WhatsApp's codes and titles. */
export const deliveryErrors = [
  { code: '131026', title: 'Message undeliverable' },
  { code: '131047', title: 'Re-engagement message' },
  { code: '131049', title: 'This message was not delivered to maintain healthy ecosystem engagement.' },
  { code: '130472', title: "User's number is part of an experiment" },
] as const
