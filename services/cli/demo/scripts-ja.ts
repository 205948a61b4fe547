import type { Tongue } from './scripts.ts'

/** Conversations in Japanese. */
export const japanese: Tongue = {
  greetings: ['こんにちは。ご質問があればお気軽にどうぞ。', 'いらっしゃいませ。商品やご注文についてお手伝いします。'],
  thanks: ['ありがとうございます。', 'よろしくお願いいたします。', '助かりました！'],
  more: ['先日お問い合わせした件ですが、その後いかがでしょうか。', '追記です。今週末までに必要です。'],
  scripts: [
    {
      form: 'AGENT_REQUEST',
      message: '「{product}」について担当者に相談したいです。',
      talk: [
        'V 「{product}」は日本への発送は可能ですか？',
        'A はい、可能です。価格は{price}で、送料は別途かかります。',
        'V サイズ感を詳しく聞きたいのですが',
        'A 担当者よりご連絡いたします。ご連絡先をお願いいたします。',
      ],
    },
    {
      form: 'ORDER_QUESTION',
      message: '注文{order}の到着予定を教えてください。',
      talk: ['V 注文番号は{order}です。いつ届きますか？', 'A 現在、通関手続き中です。詳しくは担当者が確認いたします。', 'V 承知しました'],
    },
    {
      form: 'COUPON_REQUEST',
      message: 'クーポンはありますか？',
      talk: ['V 初回購入のクーポンはありますか？', 'A 「{product}」をご検討中でしょうか。確認してご連絡いたします。'],
    },
    {
      form: 'REFUND_REQUEST',
      message: '注文{order}の返金をお願いします。',
      talk: [
        'V 届いた商品に傷がありました。',
        'A 大変申し訳ございません。ご注文番号をお知らせください。',
        'V {order}',
        'A {price}のご返金または交換をお選びいただけます。',
        'V 返金でお願いします',
      ],
    },
    {
      form: 'OTHER',
      message: 'カタログを送っていただけますか。',
      talk: ['V 紙のカタログはありますか？', 'A 現在はPDF版のみご用意しております。'],
    },
  ],
}
