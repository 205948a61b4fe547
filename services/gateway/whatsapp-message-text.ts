import { listIn, objectIn, textIn, type Json } from './json.ts'

type Said = { text: string | null; payload: string | null } | { ignored: string }

const say = (text: string | null, payload: string | null = null): Said =>
  text === null && payload === null ? { ignored: 'it says nothing' } : { text, payload }

/** What a WhatsApp message says, as text that a person can read in a transcript; or why it says nothing. */
export function messageText(message: Json): Said {
  const kind = textIn(message['type']) ?? 'unknown'
  const body = objectIn(message[kind])
  switch (kind) {
    case 'text':
      return say(textIn(body['body']))
    case 'button':
      return say(textIn(body['text']), textIn(body['payload']))
    case 'interactive':
      return interactive(body)
    case 'image':
    case 'video':
    case 'audio':
    case 'voice':
    case 'document':
    case 'sticker':
      return say([`[${kind}]`, textIn(body['filename']), textIn(body['caption'])].filter((part) => part !== null).join(' '))
    case 'location':
      return say(
        [
          '[location]',
          textIn(body['name']),
          textIn(body['address']),
          [textIn(body['latitude']), textIn(body['longitude'])].filter((part) => part !== null).join(', '),
        ]
          .filter((part) => part !== null && part !== '')
          .join(' '),
      )
    case 'contacts':
      return say(`[contact] ${listIn(message['contacts']).map(sharedContact).join(', ')}`)
    case 'order':
      return say(order(body))
    case 'request_welcome':
      return { ignored: 'the person opened the chat and has written nothing yet' }
    case 'reaction':
      return { ignored: 'a reaction to a message is no message' }
    case 'system':
      return { ignored: 'it is a notice of WhatsApp about the person’s account' }
    case 'edit':
      return { ignored: 'a submission never changes; the message as first sent counts' }
    case 'revoke':
      return { ignored: 'the person took a message back' }
    case 'unsupported':
    case 'unknown':
      return { ignored: 'WhatsApp does not pass on what it says' }
    default:
      return { ignored: 'this kind of message is not known' }
  }
}

// A person who is asked for a phone number sends it as a contact without a name.
function sharedContact(contact: Json): string {
  const name = textIn(objectIn(contact['name'])['formatted_name'])
  const phones = listIn(contact['phones']).map((phone) => textIn(phone['phone']) ?? textIn(phone['wa_id']))
  return [name, ...phones].filter((part) => part !== null).join(' ') || 'unnamed'
}

function interactive(body: Json): Said {
  const button = objectIn(body['button_reply'])
  const row = objectIn(body['list_reply'])
  const form = objectIn(body['nfm_reply'])
  switch (textIn(body['type'])) {
    case null:
      return { ignored: 'WhatsApp does not pass on what it says' }
    case 'button_reply':
      return say(textIn(button['title']), textIn(button['id']))
    case 'list_reply':
      return say([textIn(row['title']), textIn(row['description'])].filter((part) => part !== null).join(': ') || null, textIn(row['id']))
    case 'nfm_reply':
      return say(formAnswers(textIn(form['response_json'])) ?? textIn(form['body']) ?? '[form]')
    default:
      return { ignored: 'this kind of interactive message is not known' }
  }
}

// The answers of a WhatsApp Flow are JSON in a text; its token is for programs.
function formAnswers(json: string | null): string | null {
  try {
    const answers = Object.entries(objectIn(JSON.parse(json ?? 'null'))).filter(([name]) => name !== 'flow_token')
    return answers.length === 0
      ? null
      : `[form] ${answers.map(([name, value]) => `${name}: ${typeof value === 'string' ? value : JSON.stringify(value)}`).join(', ')}`
  } catch {
    return null
  }
}

function order(body: Json): string {
  const items = listIn(body['product_items']).map(
    (item) => `${textIn(item['quantity']) ?? '1'} × ${textIn(item['product_retailer_id']) ?? 'a product'}`,
  )
  return ['[order]', items.join(', '), textIn(body['text'])].filter((part) => part !== null && part !== '').join(' ')
}
