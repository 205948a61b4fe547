import type { Dice } from './dice.ts'

/** Something that a demo tenant sells. `minor` is the price in minor units, by currency. */
export type DemoProduct = { id: string; title: string; minor: Readonly<Record<string, number>>; imageUrl: string | null; url: string }

const colours = ['#2f6fed', '#2b9a4b', '#b4581c', '#7a4fd0', '#b3261e', '#0f766e']

// The picture travels with the event, so that a demo looks the same without a way to the internet.
function tile(title: string, number: number): string {
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 64 64"><rect width="64" height="64" rx="8" fill="${colours[number % colours.length]}"/><text x="32" y="42" font-family="sans-serif" font-size="28" text-anchor="middle" fill="#fff">${title.slice(0, 1)}</text></svg>`
  return `data:image/svg+xml;base64,${Buffer.from(svg).toString('base64')}`
}

function catalogue(site: string, rows: readonly (readonly [string, Readonly<Record<string, number>>])[]): DemoProduct[] {
  return rows.map(([title, minor], index) => {
    const slug = title.normalize('NFD').replace(/[^a-zA-Z0-9 ]/g, '').toLowerCase().trim().replace(/ +/g, '-') // prettier-ignore
    return {
      id: `${1000 + index}`,
      title,
      minor,
      imageUrl: index % 9 === 8 ? null : tile(title, index),
      url: `https://${site}/products/${slug}`,
    }
  })
}

export const catalogues: Readonly<Record<string, readonly DemoProduct[]>> = {
  demo: catalogue('shop.demo.example', [
    ['Vestido midi de linho', { BRL: 28990 }],
    ['Camisa social slim', { BRL: 15990 }],
    ['Tênis de corrida Aurora', { BRL: 44990 }],
    ['Bolsa de couro caramelo', { BRL: 52900 }],
    ['Jaqueta jeans oversized', { BRL: 31990 }],
    ['Jogo de cama 400 fios', { BRL: 38900 }],
    ['Cafeteira italiana 6 xícaras', { BRL: 12990 }],
    ['Luminária de piso Arco', { BRL: 69900 }],
    ['Tapete de algodão 2 × 3 m', { BRL: 84900 }],
    ['Conjunto de panelas antiaderentes com tampa de vidro, 7 peças', { BRL: 59990 }],
    ['Mochila urbana 20 L', { BRL: 23990 }],
    ['Vale-presente', { BRL: 10000 }],
  ]),
  'demo-pipeline': catalogue('northwind-outdoor.example', [
    ['Ridgeline 2-person tent', { USD: 38900, EUR: 36900, JPY: 58000 }],
    ['Basecamp 6-person tent', { USD: 89900, EUR: 84900, JPY: 134000 }],
    ['Down sleeping bag −10 °C', { USD: 42900, EUR: 39900, JPY: 64000 }],
    ['Trail running vest 8 L', { USD: 12900, EUR: 11900, JPY: 19800 }],
    ['Carbon trekking poles', { USD: 15900, EUR: 14900, JPY: 23800 }],
    ['Expedition backpack 70 L', { USD: 34900, EUR: 32900, JPY: 52000 }],
    ['Waterproof shell jacket, men’s', { USD: 47900, EUR: 44900, JPY: 71000 }],
    ['Waterproof shell jacket, women’s', { USD: 47900, EUR: 44900, JPY: 71000 }],
    ['Titanium cook set', { USD: 11900, EUR: 10900, JPY: 17800 }],
    ['Inflatable kayak with paddle, pump and repair kit', { USD: 74900, EUR: 69900, JPY: 112000 }],
    ['Head torch 600 lm', { USD: 6900, EUR: 6500, JPY: 9900 }],
    ['Bear-proof food canister', { USD: 8900, EUR: 8500, JPY: 12800 }],
  ]),
}

/** The currency that a visitor of this language is shown, where the product has a price in it. */
export function currencyFor(product: DemoProduct, language: string): string {
  const wanted = language === 'ja' ? 'JPY' : language === 'de' || language === 'es' ? 'EUR' : 'USD'
  return wanted in product.minor ? wanted : (Object.keys(product.minor)[0] ?? 'USD')
}

/** `count` different products. */
export function pickProducts(dice: Dice, tenant: string, count: number): DemoProduct[] {
  const all = [...(catalogues[tenant] ?? [])]
  return Array.from({ length: count }, () => all.splice(dice.between(0, all.length - 1), 1)[0]).filter((product) => product !== undefined)
}

/** A price as people of a locale read it. */
export function priceText(minor: number, currency: string, locale: string): string {
  const format = new Intl.NumberFormat(locale, { style: 'currency', currency })
  return format.format(minor / 10 ** (format.resolvedOptions().maximumFractionDigits ?? 2))
}
