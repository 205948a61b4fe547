import type { Tongue } from './scripts.ts'

/** Conversations in Spanish. */
export const spanish: Tongue = {
  greetings: [
    '¡Hola{name}! Soy el asistente de la tienda. ¿En qué te ayudo?',
    '¡Bienvenido! Pregúntame por productos, pedidos o devoluciones.',
  ],
  thanks: ['¡Muchas gracias!', 'Va, quedo pendiente', 'Mil gracias, excelente servicio', 'Ok, espero su llamada.'],
  more: ['Hola, ¿hay alguna novedad?', 'Se me olvidó decir que lo necesito antes del viernes.'],
  scripts: [
    {
      form: 'AGENT_REQUEST',
      message: 'Quisiera hablar con un asesor sobre {product}.',
      talk: [
        'V Buenas, ¿hacen envíos a Guadalajara?',
        'A Sí, enviamos a todo México. ¿Qué producto te interesa?',
        'V {product}. ¿Cuánto sale con envío?',
        'A El precio es de {price} y el envío depende del código postal. ¿Quieres que un asesor te cotice?',
        'V Sí por favor',
      ],
    },
    {
      form: 'ORDER_QUESTION',
      message: '¿Dónde está mi pedido {order}?',
      talk: [
        'V Mi pedido {order} lleva diez días sin moverse',
        'A Veo el pedido {order} detenido en aduana. Voy a pedir que una persona lo revise.',
        'V Ojalá, porque ya es mucho tiempo',
      ],
    },
    {
      form: 'COUPON_REQUEST',
      message: '¿Tienen algún cupón para {product}?',
      talk: [
        'V ¿Tienen cupones?',
        'A A veces sí. ¿Para qué producto lo quieres?',
        'V {product} 🙌',
        'A Déjame tu correo y te aviso en cuanto haya uno.',
      ],
    },
    {
      form: 'COUPON_CREATED',
      message: 'Cupón {coupon} creado.',
      talk: ['V Me prometieron un descuento en la feria', 'A Así es: usa el código {coupon} al pagar.', 'V ¡Funcionó!'],
    },
    {
      form: 'REFUND_REQUEST',
      message: 'Solicito el reembolso del pedido {order}.',
      talk: [
        'V Me llegó otra talla. Quiero que me regresen el dinero del {order}',
        'A Lo siento mucho. ¿Prefieres cambio o reembolso de {price}?',
        'V Reembolso, ya no lo quiero',
      ],
    },
    {
      form: 'CANCELLATION',
      message: 'Cancelar el pedido {order}.',
      talk: ['V ¿Puedo cancelar el {order}? Lo pedí por error', 'A Aún no ha salido, así que es posible. Lo paso al equipo.'],
    },
    {
      form: 'OTHER',
      message: '¿Cuál es el horario de atención?',
      talk: ['V ¿A qué hora atienden por teléfono?', 'A De lunes a viernes de 9 a 18 h. Por chat, siempre.', 'V Perfecto'],
    },
  ],
}
