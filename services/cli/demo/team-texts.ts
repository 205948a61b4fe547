/** What the people of a demo tenant write: notes, reasons of a status, plans. */
export type TeamTexts = {
  notes: readonly string[]
  reasons: Readonly<Record<string, readonly string[]>>
  scoredUp: readonly string[]
  scoredDown: readonly string[]
  followUps: readonly string[]
}

const portuguese: TeamTexts = {
  notes: [
    'Cliente prefere contato por WhatsApp depois das 18h.',
    'Enviei as fotos pedidas e a tabela de medidas.',
    'Transportadora confirmou nova tentativa para amanhã.',
    'Já comprou conosco três vezes; vale a pena um mimo.',
    'Liguei e caiu na caixa postal. Tentar de novo à tarde.',
    'Aguardando o estoque confirmar a cor.',
  ],
  reasons: {
    closed: [
      'Resolvido com o cliente',
      'Pedido entregue',
      'Sem resposta há mais de uma semana',
      'Duplicado de outro atendimento',
      'Reembolso feito',
    ],
  },
  scoredUp: ['Compra para empresa, orçamento aprovado', 'Cliente recorrente'],
  scoredDown: ['Só pesquisando preço', 'Fora da área de entrega'],
  followUps: [
    'Confirmar se a peça chegou',
    'Mandar proposta com frete',
    'Ligar para fechar o pedido',
    'Ver com o estoque e responder',
    'Perguntar se o cupom funcionou',
  ],
}

const english: TeamTexts = {
  notes: [
    'Prefers email. Is on the trail until Thursday, no signal.',
    'Sent the comparison of both tents and the group price list.',
    'Has a budget of about 2,500 and decides together with a partner.',
    'Left a voicemail.',
    'Bought a backpack in 2023, very happy with it.',
    'Wants delivery to the store in Boulder; checking with the warehouse.',
    'Asked about net 30 terms; forwarded to accounting.',
  ],
  reasons: {
    converted: ['Order placed', 'Quote accepted', 'Bought in store'],
    lost: ['Bought elsewhere', 'Too expensive', 'No answer after three attempts', 'Trip cancelled'],
    archived: ['Not a sales question', 'Spam', 'Duplicate of another lead'],
  },
  scoredUp: ['Group order, decision this month', 'Spoke to the buyer, very interested'],
  scoredDown: ['Only comparing prices', 'We do not ship there'],
  followUps: [
    'Call about the quote',
    'Send the group price list',
    'Ask whether the tent fits the plan',
    'Check stock and confirm the date',
    'Remind of the offer',
  ],
}

export const teamTexts: Readonly<Record<'pt' | 'en', TeamTexts>> = { pt: portuguese, en: english }
