import type { Tongue } from './scripts.ts'

/** Conversations in English. */
export const english: Tongue = {
  greetings: [
    'Hi{name}! I can help with products, orders and returns. What are you looking for?',
    'Hello and welcome. Ask me anything about our gear or your order.',
    'Hey there! How can I help today?',
  ],
  thanks: ['Thanks!', 'great, talk soon', 'Perfect, thank you so much.', 'Appreciate it 👍', 'OK. Please email rather than call.'],
  more: [
    'Hi again, any news on this?',
    'One more thing: we would need it before the 15th.',
    'Following up on my message from the other day.',
  ],
  scripts: [
    {
      form: 'AGENT_REQUEST',
      message: 'I would like advice on {product} from a person.',
      talk: [
        'V Is the {product} good for a first-timer?',
        'A It is one of our most popular choices for people starting out, at {price}. How do you plan to use it?',
        'V Mostly weekends, but we have a two-week trip planned next summer',
        'A Then it is worth a chat with one of our specialists. Shall I ask someone to get in touch?',
        'V Yes please',
      ],
    },
    {
      form: 'AGENT_REQUEST',
      message: 'Quote for a group: 14 × {product}.',
      talk: [
        'V We run a youth program and need 14 of the {product}. Do you do group pricing?',
        'A We do, from ten pieces up. May I ask when you need them?',
        'V Mid April at the latest, shipped to two addresses',
        'A I will hand this to our sales team so that they can prepare a quote.',
        'H Hi, this is the sales desk. I have the numbers and will send the quote this afternoon.',
        'V Wow, that was quick',
      ],
    },
    {
      form: 'AGENT_REQUEST',
      message: 'Please call me back about sizing of the {product}.',
      talk: [
        'V between sizes on the {product}, can someone call me',
        'A Of course. The size chart is on the product page; for advice on fit a colleague will call you back.',
      ],
    },
    {
      form: 'ORDER_QUESTION',
      message: 'Where is order {order}?',
      talk: [
        'V Where is my order? It was supposed to be here on Tuesday',
        'A Let me look. What is the order number?',
        'V {order}',
        'A The carrier shows it at the regional depot since Monday, without a new delivery date.',
        'V That is not great. It is a birthday present',
        'A I understand. I am passing this to a person who can call the carrier.',
      ],
    },
    {
      form: 'ORDER_QUESTION',
      message: 'Can I add {product} to order {order}?',
      talk: [
        'V Can I still add something to {order}?',
        'A It has not shipped yet. What would you like to add?',
        'V One {product}',
        'A That would be {price} more. A colleague will confirm and send a payment link.',
      ],
    },
    {
      form: 'COUPON_REQUEST',
      message: 'Student discount?',
      talk: [
        'V Do you have a student discount?',
        'A We do have a student program. Which product are you interested in?',
        'V {product}',
        'A At {price} the student price applies. Leave your school address and we will send a code.',
      ],
    },
    {
      form: 'COUPON_CREATED',
      message: 'Coupon {coupon} was created in the chat.',
      talk: [
        'V I had the {product} in my cart last week and it was cheaper',
        'A You are right, the sale ended on Sunday. I can give you the code {coupon} for the old price.',
        'V Oh nice, that works!',
      ],
    },
    {
      form: 'REFUND_REQUEST',
      message: 'Return and refund for {order}.',
      talk: [
        'V The zipper on my {product} broke on the second day. I want a refund.',
        'A I am sorry. Could you give me the order number?',
        'V {order}, I have a video of it too',
        'A Thank you. This is covered by our warranty: we can repair, replace or refund {price}.',
        'V Refund please, I bought another one locally',
      ],
    },
    {
      form: 'CANCELLATION',
      message: 'Cancel {order} please.',
      talk: [
        'V need to cancel {order}',
        'A It is being packed at the moment. I can ask the warehouse to stop it; may I ask why?',
        'V Trip got called off, nothing wrong with the shop',
      ],
    },
    {
      form: 'ORDER_RESOLVED',
      message: 'Question about {order} resolved.',
      talk: [
        'V Did my exchange for {order} go through?',
        'A Yes, the replacement left our warehouse this morning.',
        'V Awesome. All good then!',
      ],
    },
    {
      form: 'OTHER',
      message: 'Do you repair older gear?',
      talk: [
        'V My {product} from 2014 has a torn seam. Do you repair old stuff or do I have to buy a new one?',
        'A We repair anything we ever made. I will pass your question to the workshop.',
        'V Love that.',
      ],
    },
    {
      form: 'OTHER',
      message: 'Job application',
      talk: [
        'V Are you hiring for the winter season?',
        'A I can forward your message to the people team. What kind of work are you after?',
      ],
    },
  ],
}
