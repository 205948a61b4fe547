import { decodeShopify } from './decode-shopify.ts'
import { decodeWhatsApp } from './decode-whatsapp.ts'
import type { Decode } from './decoded.ts'

/** The providers whose payloads are understood. */
export const providers: ReadonlyMap<string, Decode> = new Map([
  ['whatsapp', decodeWhatsApp],
  ['shopify', decodeShopify],
])
