import type { Tongue } from './scripts.ts'

/** Conversations in Portuguese. */
export const portuguese: Tongue = {
  greetings: [
    'Olá! Sou a assistente virtual da loja. Como posso ajudar?',
    'Oi{name}! Que bom ver você por aqui. Em que posso ajudar hoje?',
    'Bem-vindo! Pergunte sobre produtos, pedidos ou trocas.',
  ],
  thanks: ['Obrigada!', 'Valeu, fico no aguardo', 'Perfeito, muito obrigado 🙏', 'ok obg', 'Certo, aguardo o contato então.'],
  more: ['Oi, alguma novidade?', 'Ainda estou esperando um retorno, por favor.', 'Esqueci de dizer: preciso até sexta-feira.'],
  scripts: [
    {
      form: 'AGENT_REQUEST',
      message: 'Quero falar com um vendedor sobre {product}.',
      talk: [
        'V Oi, vocês têm {product} em estoque?',
        'A Temos sim! {product} está disponível por {price}. Quer que eu separe para você?',
        'V Queria tirar umas dúvidas sobre tamanho com uma pessoa',
        'A Claro. Deixe seu nome e um contato, que alguém da equipe responde ainda hoje.',
      ],
    },
    {
      form: 'AGENT_REQUEST',
      message: 'Compra para empresa: 30 unidades de {product}.',
      talk: [
        'V Boa tarde! Fazem preço especial para empresas?',
        'A Boa tarde! Para quantas peças seria?',
        'V Umas 30 unidades de {product}, para presentear clientes no fim do ano. Precisamos de nota fiscal',
        'A Para essa quantidade quem monta a proposta é nossa equipe comercial. Vou transferir.',
        'H Oi! Aqui é da equipe comercial. Já vou calcular a proposta com frete incluso.',
      ],
    },
    {
      form: 'ORDER_QUESTION',
      message: 'Meu pedido {order} ainda não chegou.',
      talk: [
        'V cadê meu pedido??',
        'A Posso verificar para você. Qual é o número do pedido?',
        'V {order}',
        'A O pedido {order} saiu para entrega, mas a transportadora registrou uma tentativa sem sucesso.',
        'V Mas eu estava em casa o dia todo!',
        'A Sinto muito por isso. Vou registrar para que uma pessoa fale com a transportadora.',
      ],
    },
    {
      form: 'ORDER_QUESTION',
      message: 'Posso mudar o endereço do pedido {order}?',
      talk: [
        'V Comprei {product} e coloquei o endereço antigo. Dá para trocar? Pedido {order}',
        'A O pedido {order} está pago e ainda não foi despachado. Posso pedir a alteração à equipe.',
        'V Isso, por favor! O CEP novo eu passo por aqui mesmo?',
        'A Por segurança, a equipe confirma o endereço com você por telefone.',
      ],
    },
    {
      form: 'COUPON_REQUEST',
      message: 'Gostaria de um cupom de desconto.',
      talk: [
        'V Tem cupom de primeira compra?',
        'A Temos condições especiais para quem compra pela primeira vez. O que você está procurando?',
        'V {product}, mas achei {price} um pouco salgado',
        'A Entendo! Posso pedir um cupom para você. Qual o melhor e-mail?',
      ],
    },
    {
      form: 'COUPON_CREATED',
      message: 'Cupom {coupon} criado no chat.',
      talk: [
        'V Vi a campanha no Instagram, como pego o desconto?',
        'A Seu cupom é {coupon} e vale 10% em {product} e em toda a coleção até domingo.',
        'V Ameiii, vou usar hoje',
      ],
    },
    {
      form: 'REFUND_REQUEST',
      message: 'Quero a devolução do valor do pedido {order}: veio com defeito.',
      talk: [
        'V O produto chegou quebrado. Quero meu dinheiro de volta.',
        'A Lamento muito. Você pode me dizer o número do pedido e o que aconteceu?',
        'V {order}. {product} veio com a alça rasgada, tenho fotos',
        'A Obrigada. Pelo Código de Defesa do Consumidor você pode escolher troca ou reembolso. O que prefere?',
        'V Reembolso',
        'A Registrado. A equipe responde em até um dia útil.',
      ],
    },
    {
      form: 'REFUND_REQUEST',
      message: 'Arrependimento de compra, pedido {order}.',
      talk: [
        'V Comprei ontem e me arrependi, ficou grande. Pedido {order}',
        'A Você tem 7 dias para desistir. Posso abrir a solicitação de reembolso de {price}?',
        'V pode sim',
      ],
    },
    {
      form: 'CANCELLATION',
      message: 'Cancelar o pedido {order}.',
      talk: [
        'V Preciso cancelar o pedido {order}, comprei duas vezes sem querer',
        'A Encontrei dois pedidos iguais de {product}. Quer manter o primeiro?',
        'V Isso, só cancela o segundo',
      ],
    },
    {
      form: 'ORDER_RESOLVED',
      message: 'Dúvida do pedido {order} resolvida.',
      talk: [
        'V Já foi aprovado o pagamento do {order}?',
        'A Sim! O pagamento de {price} foi aprovado e o pedido está em separação.',
        'V Ah que bom, era só isso',
        'A Posso marcar como resolvido?',
        'V Pode!',
      ],
    },
    {
      form: 'OTHER',
      message: 'Vocês têm loja física em Belo Horizonte?',
      talk: ['V Vocês têm loja física em BH?', 'A No momento vendemos só pela internet, com entrega em todo o Brasil.', 'V Que pena 😕'],
    },
    {
      form: 'OTHER',
      message: 'Parceria com influenciadores',
      talk: [
        'V Oi, sou criadora de conteúdo e adoraria divulgar {product}. Com quem falo sobre parcerias?',
        'A Que legal! Vou encaminhar para o marketing. Pode deixar seu contato?',
      ],
    },
  ],
}
