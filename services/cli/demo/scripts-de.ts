import type { Tongue } from './scripts.ts'

/** Conversations in German. */
export const german: Tongue = {
  greetings: ['Hallo{name}! Ich helfe gern bei Fragen zu Produkten und Bestellungen.', 'Guten Tag! Was kann ich für Sie tun?'],
  thanks: ['Danke!', 'Vielen Dank für die schnelle Antwort.', 'Super, danke und schönes Wochenende', 'Alles klar.'],
  more: ['Guten Tag, gibt es schon etwas Neues?', 'Nachtrag: Lieferung bitte an die Packstation.'],
  scripts: [
    {
      form: 'AGENT_REQUEST',
      message: 'Bitte um Beratung zu: {product}.',
      talk: [
        'V Guten Tag, liefern Sie {product} auch in die Schweiz?',
        'A Guten Tag! Ja, allerdings kommen Zoll und Einfuhrumsatzsteuer hinzu. Der Preis beträgt {price}.',
        'V Können Sie mir ausrechnen, was das ungefähr kostet?',
        'A Das übernimmt gern eine Kollegin. Wie erreichen wir Sie am besten?',
      ],
    },
    {
      form: 'ORDER_QUESTION',
      message: 'Frage zur Bestellung {order}: Rechnung fehlt.',
      talk: [
        'V Zur Bestellung {order} habe ich keine Rechnung bekommen.',
        'A Die Rechnung wird mit dem Versand verschickt. Benötigen Sie sie vorab?',
        'V Ja, für die Steuer, mit der Anschrift der Größenwahn GmbH & Co. KG',
        'A Ich gebe das an die Buchhaltung weiter.',
      ],
    },
    {
      form: 'COUPON_REQUEST',
      message: 'Gibt es einen Gutschein für Neukunden?',
      talk: ['V Gibt es Rabatt für Neukunden?', 'A Gelegentlich. Interessieren Sie sich für ein bestimmtes Produkt?', 'V Ja, {product}'],
    },
    {
      form: 'REFUND_REQUEST',
      message: 'Widerruf der Bestellung {order}.',
      talk: [
        'V Ich möchte von meinem Widerrufsrecht Gebrauch machen. Bestellung {order}.',
        'A Das ist innerhalb von 14 Tagen möglich. Ich leite Ihren Widerruf weiter; erstattet werden {price}.',
        'V Bitte um kurze Bestätigung per E-Mail',
      ],
    },
    {
      form: 'CANCELLATION',
      message: 'Stornierung {order}',
      talk: ['V bitte {order} stornieren, doppelt bestellt', 'A Gern. Die Bestellung ist noch nicht verpackt.'],
    },
    {
      form: 'OTHER',
      message: 'Ist das Material PFC-frei?',
      talk: [
        'V Ist bei {product} die Imprägnierung PFC-frei?',
        'A Das prüfe ich gern mit unserer Entwicklung und melde mich.',
        'V Wäre mir wichtig.',
      ],
    },
  ],
}
