// Generated from schemas/events/*.avsc by `npm run generate`. Do not edit.

/** How far the message came. */
export type DeliveryStatus = 'UNKNOWN' | 'SENT' | 'DELIVERED' | 'READ' | 'FAILED'

export type Recipient = {
  /** Channel of the message: whatsapp, email, sms … */
  channel: string | null
  /** The person's id in that channel; attested. */
  channel_user_id: string | null
  /** Phone number. */
  phone: string | null
  /** Email address. */
  email: string | null
  /** Name as the channel knows it. */
  name: string | null
}

export type Broadcast = {
  /** Id of the broadcast run. */
  broadcast_id: string | null
  /** Id of the campaign. */
  campaign_id: string | null
  /** Name of the campaign. */
  campaign_name: string | null
  /** Id of the message template. */
  template_id: string | null
  /** Name of the message template. */
  template_name: string | null
  /** Language of the message template. */
  template_language: string | null
}

export type DeliveryError = {
  /** The provider's error code. */
  code: string | null
  /** The provider's short text. */
  title: string | null
}

/** A broadcast message was sent, delivered, read or failed. Receipts may come in any order and more than once; they never open a lead. Topic broadcast.delivery-reported; recommended key: tenant:recipient. */
export type BroadcastDeliveryReported = {
  /** Unique per source, 1 to 128 characters. */
  event_id: string
  /** Slug of the tenant. */
  tenant: string
  /** When the status was reached, milliseconds since 1970 UTC. */
  occurred_at: number
  /** Name of the producing system, 1 to 64 characters. */
  source: string
  /** The provider's id of the message, 1 to 255 characters; joins the receipts and replies of one message. */
  message_id: string
  /** Number of the send attempt, from 1. A failure is final for its attempt only. */
  attempt: number
  /** How far the message came. UNKNOWN is dead-lettered. */
  status: DeliveryStatus
  /** Whom it was sent to; at least one field is needed. */
  recipient: Recipient
  /** The broadcast that the message belongs to, if any. */
  broadcast: Broadcast | null
  /** Why it failed; only with FAILED. */
  error: DeliveryError | null
}

/** Who wrote it. */
export type TranscriptAuthor = 'VISITOR' | 'AI' | 'AGENT' | 'SYSTEM'

export type TranscriptMessage = {
  /** Who wrote it. An unknown symbol is read as SYSTEM. */
  author: TranscriptAuthor
  /** What was written, as plain text. */
  text: string
  /** When, milliseconds since 1970 UTC. */
  at: number | null
}

/** A person wrote to the company in a messaging channel, as a reply to a broadcast or unasked. Opens a lead, or joins the person's active lead. Topic broadcast.reply-received; recommended key: tenant:channel_user_id. */
export type BroadcastReplyReceived = {
  /** Unique per source, 1 to 128 characters. */
  event_id: string
  /** Slug of the tenant. */
  tenant: string
  /** When the person wrote, milliseconds since 1970 UTC. */
  occurred_at: number
  /** Name of the producing system, 1 to 64 characters. */
  source: string
  /** The provider's id of this message. */
  message_id: string | null
  /** message_id of the broadcast message that is replied to. */
  in_reply_to: string | null
  /** Id of the broadcast run that is replied to, where the producer knows it. */
  broadcast_id: string | null
  /** The person who wrote: the recipient of the broadcast. At least one of channel_user_id, phone, email is needed. */
  recipient: Recipient
  /** What was written, or the label of the button that was pressed. */
  text: string | null
  /** Developer payload of the button that was pressed. */
  button_payload: string | null
  /** The conversation so far, oldest first, where the producer has it. */
  transcript: TranscriptMessage[]
}

/** The forms of the chat widget. */
export type FormKind = 'OTHER' | 'AGENT_REQUEST' | 'ORDER_QUESTION' | 'COUPON_REQUEST' | 'REFUND_REQUEST' | 'CANCELLATION' | 'ORDER_RESOLVED' | 'COUPON_CREATED'

export type Visitor = {
  /** The chat platform's own id for this visitor; attested, so the strongest key. */
  visitor_id: string | null
  /** Name as typed. */
  name: string | null
  /** Email address as typed; kept as typed, matched in normalised form. */
  email: string | null
  /** Phone number as typed, in international form or in that of the tenant's region. */
  phone: string | null
  /** BCP 47 language tag, for example pt-BR. */
  locale: string | null
  /** IANA time zone, for example America/Sao_Paulo. */
  timezone: string | null
}

export type Consent = {
  /** Terms and conditions accepted. */
  terms_accepted: boolean
  /** Agreed to be written to for marketing. */
  marketing_opt_in: boolean
}

export type Product = {
  /** The shop's product id. */
  id: string
  /** Title as shown to the visitor. */
  title: string
  /** Address of an image. */
  image_url: string | null
  /** Price in minor units of the currency (cents). */
  price_minor: number | null
  /** ISO 4217 code. */
  currency: string | null
  /** Address of the product's page. */
  url: string | null
}

/** A visitor submitted a form in the chat. Opens a lead, or joins the active lead of the same person. Topic chat.form-submitted; recommended key: tenant:visitor_id. */
export type ChatFormSubmitted = {
  /** Unique per source, 1 to 128 characters. Sent again with the same content it counts once; with other content it is a conflict and is dead-lettered. */
  event_id: string
  /** Slug of the tenant, as in `tributary tenants list`. */
  tenant: string
  /** When the visitor submitted the form, milliseconds since 1970 UTC. */
  occurred_at: number
  /** Name of the producing system, 1 to 64 characters. */
  source: string
  /** Which form it was. An unknown symbol is read as OTHER. */
  form: FormKind
  /** Who submitted it, as far as known. */
  visitor: Visitor
  /** Channel of the conversation: web, whatsapp, instagram … */
  channel: string | null
  /** The visitor's id in that channel; attested. Ids of different channels never match each other. */
  channel_user_id: string | null
  /** Order number as typed, with or without its prefix sign. */
  order_number: string | null
  /** Free text of the form. */
  message: string | null
  /** What the visitor agreed to with this form. */
  consent: Consent | null
  /** The page that the visitor was on. */
  page_url: string | null
  /** The chat platform's id of the conversation; comes back in lead.status. */
  conversation_id: string | null
  /** The conversation so far, oldest first. */
  transcript: TranscriptMessage[]
  /** Products discussed in the conversation. */
  products: Product[]
  /** Coupon code that was asked for or created. */
  coupon: string | null
}

export type LeadSnapshot = {
  /** Status, a word of the tenant's workflow. */
  status: string
  /** False once the status is final. */
  active: boolean
  /** 0 to 100. */
  score: number
  /** Tags, derived from the submissions. */
  tags: string[]
  /** The agent in charge. */
  assignee: string | null
}

/** Something happened to a lead: one row of its history. Internal to the fleet and for analytics. Topic lead.activity; key: tenant:lead_id; in order per lead, at least once. */
export type LeadActivity = {
  /** Id of the history row; the same when published again. Also in the header `id`. */
  event_id: string
  /** Slug of the tenant. */
  tenant: string
  /** When it happened, milliseconds since 1970 UTC. */
  occurred_at: number
  /** Name of the process that wrote the history row. */
  source: string
  /** Id of the lead, a UUID. */
  lead_id: string
  /** Number of the row in the lead's history, from 1 without gaps. Drop what is not higher than the last one seen. */
  sequence: number
  /** opened, submission_added, order_changed, status_changed, score_changed … */
  kind: string
  /** Who did it: system, rule:<name> or user:<id>. */
  actor: string
  /** Id of the contact, a UUID. */
  contact_id: string
  /** The submission that it concerns, a UUID. */
  submission_id: string | null
  /** The order that it concerns. */
  order_id: string | null
  /** Why, where somebody or a rule gave a reason. */
  reason: string | null
  /** The lead after it. */
  snapshot: LeadSnapshot
}

/** The status of a lead changed. Public. Topic lead.status; key: tenant:lead_id; in order per lead, at least once: drop a sequence that is not higher than the last one seen. */
export type LeadStatus = {
  /** Id of the history row; the same when published again. Also in the header `id`. */
  event_id: string
  /** Slug of the tenant. */
  tenant: string
  /** When the status changed, milliseconds since 1970 UTC. */
  occurred_at: number
  /** Name of the process that changed it. */
  source: string
  /** Id of the lead, a UUID. */
  lead_id: string
  /** Number of the row in the lead's history. Increases; has gaps here, because not every row changes the status. */
  sequence: number
  /** Status before; null when the lead was opened. */
  previous_status: string | null
  /** Status now, a word of the tenant's workflow. */
  status: string
  /** True when the lead is no longer active. */
  final: boolean
  /** 0 to 100, at that moment. */
  score: number
  /** Why, where somebody or a rule gave a reason. */
  reason: string | null
  /** Who did it: system, rule:<name> or user:<id>. */
  actor: string
  /** The chat platform's id of the person, of the submission that opened the lead. */
  visitor_id: string | null
  /** The chat platform's id of the conversation, of the submission that opened the lead. */
  conversation_id: string | null
}

/** State of the order. */
export type OrderStatus = 'UNKNOWN' | 'PLACED' | 'PAID' | 'FULFILLED' | 'CANCELLED' | 'REFUND_REQUESTED' | 'REFUNDED' | 'QUESTION_RESOLVED'

export type Customer = {
  /** The shop's id of the customer; for information, not a key. */
  customer_id: string | null
  /** The chat platform's id for this visitor, where the shop knows it. */
  visitor_id: string | null
  /** Name. */
  name: string | null
  /** Email address. */
  email: string | null
  /** Phone number. */
  phone: string | null
}

export type OrderItem = {
  /** The shop's product id. */
  id: string | null
  /** Title of the product. */
  title: string
  /** How many. */
  quantity: number
  /** Price of one in minor units of the order's currency. */
  price_minor: number | null
  /** Address of an image. */
  image_url: string | null
}

/** An order in the shop was placed or changed. Enriches the active lead of the same person; a stranger's refund request or cancellation opens one. Topic order.changed; recommended key: tenant:order_id. */
export type OrderChanged = {
  /** Unique per source, 1 to 128 characters. */
  event_id: string
  /** Slug of the tenant. */
  tenant: string
  /** When the order reached this state, milliseconds since 1970 UTC. */
  occurred_at: number
  /** Name of the producing system, 1 to 64 characters. */
  source: string
  /** The shop's id of the order, 1 to 128 characters. */
  order_id: string
  /** The number that the customer knows, with or without its prefix sign. */
  order_number: string | null
  /** State of the order. UNKNOWN is dead-lettered. */
  status: OrderStatus
  /** Total in minor units of the currency (cents). */
  total_minor: number | null
  /** ISO 4217 code. */
  currency: string | null
  /** Who ordered, as far as known. */
  customer: Customer
  /** Reason of a cancellation or refund request. */
  reason: string | null
  /** What was ordered. */
  items: OrderItem[]
}

export type EventByTopic = {
  'broadcast.delivery-reported': BroadcastDeliveryReported
  'broadcast.reply-received': BroadcastReplyReceived
  'chat.form-submitted': ChatFormSubmitted
  'lead.activity': LeadActivity
  'lead.status': LeadStatus
  'order.changed': OrderChanged
}

/** The Avro schema of each topic. */
export const eventSchemas: Record<keyof EventByTopic, object> = {
  "broadcast.delivery-reported": {
    "type": "record",
    "name": "BroadcastDeliveryReported",
    "namespace": "io.tributary.events",
    "doc": "A broadcast message was sent, delivered, read or failed. Receipts may come in any order and more than once; they never open a lead. Topic broadcast.delivery-reported; recommended key: tenant:recipient.",
    "fields": [
      {
        "name": "event_id",
        "type": "string",
        "doc": "Unique per source, 1 to 128 characters."
      },
      {
        "name": "tenant",
        "type": "string",
        "doc": "Slug of the tenant."
      },
      {
        "name": "occurred_at",
        "type": {
          "type": "long",
          "logicalType": "timestamp-millis"
        },
        "doc": "When the status was reached, milliseconds since 1970 UTC."
      },
      {
        "name": "source",
        "type": "string",
        "doc": "Name of the producing system, 1 to 64 characters."
      },
      {
        "name": "message_id",
        "type": "string",
        "doc": "The provider's id of the message, 1 to 255 characters; joins the receipts and replies of one message."
      },
      {
        "name": "attempt",
        "type": "int",
        "default": 1,
        "doc": "Number of the send attempt, from 1. A failure is final for its attempt only."
      },
      {
        "name": "status",
        "type": {
          "type": "enum",
          "name": "DeliveryStatus",
          "doc": "How far the message came.",
          "symbols": [
            "UNKNOWN",
            "SENT",
            "DELIVERED",
            "READ",
            "FAILED"
          ],
          "default": "UNKNOWN"
        },
        "doc": "How far the message came. UNKNOWN is dead-lettered."
      },
      {
        "name": "recipient",
        "doc": "Whom it was sent to; at least one field is needed.",
        "type": {
          "type": "record",
          "name": "Recipient",
          "fields": [
            {
              "name": "channel",
              "type": [
                "null",
                "string"
              ],
              "default": null,
              "doc": "Channel of the message: whatsapp, email, sms …"
            },
            {
              "name": "channel_user_id",
              "type": [
                "null",
                "string"
              ],
              "default": null,
              "doc": "The person's id in that channel; attested."
            },
            {
              "name": "phone",
              "type": [
                "null",
                "string"
              ],
              "default": null,
              "doc": "Phone number."
            },
            {
              "name": "email",
              "type": [
                "null",
                "string"
              ],
              "default": null,
              "doc": "Email address."
            },
            {
              "name": "name",
              "type": [
                "null",
                "string"
              ],
              "default": null,
              "doc": "Name as the channel knows it."
            }
          ]
        }
      },
      {
        "name": "broadcast",
        "doc": "The broadcast that the message belongs to, if any.",
        "type": [
          "null",
          {
            "type": "record",
            "name": "Broadcast",
            "fields": [
              {
                "name": "broadcast_id",
                "type": [
                  "null",
                  "string"
                ],
                "default": null,
                "doc": "Id of the broadcast run."
              },
              {
                "name": "campaign_id",
                "type": [
                  "null",
                  "string"
                ],
                "default": null,
                "doc": "Id of the campaign."
              },
              {
                "name": "campaign_name",
                "type": [
                  "null",
                  "string"
                ],
                "default": null,
                "doc": "Name of the campaign."
              },
              {
                "name": "template_id",
                "type": [
                  "null",
                  "string"
                ],
                "default": null,
                "doc": "Id of the message template."
              },
              {
                "name": "template_name",
                "type": [
                  "null",
                  "string"
                ],
                "default": null,
                "doc": "Name of the message template."
              },
              {
                "name": "template_language",
                "type": [
                  "null",
                  "string"
                ],
                "default": null,
                "doc": "Language of the message template."
              }
            ]
          }
        ],
        "default": null
      },
      {
        "name": "error",
        "doc": "Why it failed; only with FAILED.",
        "type": [
          "null",
          {
            "type": "record",
            "name": "DeliveryError",
            "fields": [
              {
                "name": "code",
                "type": [
                  "null",
                  "string"
                ],
                "default": null,
                "doc": "The provider's error code."
              },
              {
                "name": "title",
                "type": [
                  "null",
                  "string"
                ],
                "default": null,
                "doc": "The provider's short text."
              }
            ]
          }
        ],
        "default": null
      }
    ]
  },
  "broadcast.reply-received": {
    "type": "record",
    "name": "BroadcastReplyReceived",
    "namespace": "io.tributary.events",
    "doc": "A person wrote to the company in a messaging channel, as a reply to a broadcast or unasked. Opens a lead, or joins the person's active lead. Topic broadcast.reply-received; recommended key: tenant:channel_user_id.",
    "fields": [
      {
        "name": "event_id",
        "type": "string",
        "doc": "Unique per source, 1 to 128 characters."
      },
      {
        "name": "tenant",
        "type": "string",
        "doc": "Slug of the tenant."
      },
      {
        "name": "occurred_at",
        "type": {
          "type": "long",
          "logicalType": "timestamp-millis"
        },
        "doc": "When the person wrote, milliseconds since 1970 UTC."
      },
      {
        "name": "source",
        "type": "string",
        "doc": "Name of the producing system, 1 to 64 characters."
      },
      {
        "name": "message_id",
        "type": [
          "null",
          "string"
        ],
        "default": null,
        "doc": "The provider's id of this message."
      },
      {
        "name": "in_reply_to",
        "type": [
          "null",
          "string"
        ],
        "default": null,
        "doc": "message_id of the broadcast message that is replied to."
      },
      {
        "name": "broadcast_id",
        "type": [
          "null",
          "string"
        ],
        "default": null,
        "doc": "Id of the broadcast run that is replied to, where the producer knows it."
      },
      {
        "name": "recipient",
        "doc": "The person who wrote: the recipient of the broadcast. At least one of channel_user_id, phone, email is needed.",
        "type": {
          "type": "record",
          "name": "Recipient",
          "fields": [
            {
              "name": "channel",
              "type": [
                "null",
                "string"
              ],
              "default": null,
              "doc": "Channel of the message: whatsapp, email, sms …"
            },
            {
              "name": "channel_user_id",
              "type": [
                "null",
                "string"
              ],
              "default": null,
              "doc": "The person's id in that channel; attested."
            },
            {
              "name": "phone",
              "type": [
                "null",
                "string"
              ],
              "default": null,
              "doc": "Phone number."
            },
            {
              "name": "email",
              "type": [
                "null",
                "string"
              ],
              "default": null,
              "doc": "Email address."
            },
            {
              "name": "name",
              "type": [
                "null",
                "string"
              ],
              "default": null,
              "doc": "Name as the channel knows it."
            }
          ]
        }
      },
      {
        "name": "text",
        "type": [
          "null",
          "string"
        ],
        "default": null,
        "doc": "What was written, or the label of the button that was pressed."
      },
      {
        "name": "button_payload",
        "type": [
          "null",
          "string"
        ],
        "default": null,
        "doc": "Developer payload of the button that was pressed."
      },
      {
        "name": "transcript",
        "doc": "The conversation so far, oldest first, where the producer has it.",
        "type": {
          "type": "array",
          "items": {
            "type": "record",
            "name": "TranscriptMessage",
            "fields": [
              {
                "name": "author",
                "type": {
                  "type": "enum",
                  "name": "TranscriptAuthor",
                  "doc": "Who wrote it.",
                  "symbols": [
                    "VISITOR",
                    "AI",
                    "AGENT",
                    "SYSTEM"
                  ],
                  "default": "SYSTEM"
                },
                "doc": "Who wrote it. An unknown symbol is read as SYSTEM."
              },
              {
                "name": "text",
                "type": "string",
                "doc": "What was written, as plain text."
              },
              {
                "name": "at",
                "type": [
                  "null",
                  {
                    "type": "long",
                    "logicalType": "timestamp-millis"
                  }
                ],
                "default": null,
                "doc": "When, milliseconds since 1970 UTC."
              }
            ]
          }
        },
        "default": []
      }
    ]
  },
  "chat.form-submitted": {
    "type": "record",
    "name": "ChatFormSubmitted",
    "namespace": "io.tributary.events",
    "doc": "A visitor submitted a form in the chat. Opens a lead, or joins the active lead of the same person. Topic chat.form-submitted; recommended key: tenant:visitor_id.",
    "fields": [
      {
        "name": "event_id",
        "type": "string",
        "doc": "Unique per source, 1 to 128 characters. Sent again with the same content it counts once; with other content it is a conflict and is dead-lettered."
      },
      {
        "name": "tenant",
        "type": "string",
        "doc": "Slug of the tenant, as in `tributary tenants list`."
      },
      {
        "name": "occurred_at",
        "type": {
          "type": "long",
          "logicalType": "timestamp-millis"
        },
        "doc": "When the visitor submitted the form, milliseconds since 1970 UTC."
      },
      {
        "name": "source",
        "type": "string",
        "doc": "Name of the producing system, 1 to 64 characters."
      },
      {
        "name": "form",
        "doc": "Which form it was. An unknown symbol is read as OTHER.",
        "type": {
          "type": "enum",
          "name": "FormKind",
          "doc": "The forms of the chat widget.",
          "symbols": [
            "OTHER",
            "AGENT_REQUEST",
            "ORDER_QUESTION",
            "COUPON_REQUEST",
            "REFUND_REQUEST",
            "CANCELLATION",
            "ORDER_RESOLVED",
            "COUPON_CREATED"
          ],
          "default": "OTHER"
        },
        "default": "OTHER"
      },
      {
        "name": "visitor",
        "doc": "Who submitted it, as far as known.",
        "type": {
          "type": "record",
          "name": "Visitor",
          "fields": [
            {
              "name": "visitor_id",
              "type": [
                "null",
                "string"
              ],
              "default": null,
              "doc": "The chat platform's own id for this visitor; attested, so the strongest key."
            },
            {
              "name": "name",
              "type": [
                "null",
                "string"
              ],
              "default": null,
              "doc": "Name as typed."
            },
            {
              "name": "email",
              "type": [
                "null",
                "string"
              ],
              "default": null,
              "doc": "Email address as typed; kept as typed, matched in normalised form."
            },
            {
              "name": "phone",
              "type": [
                "null",
                "string"
              ],
              "default": null,
              "doc": "Phone number as typed, in international form or in that of the tenant's region."
            },
            {
              "name": "locale",
              "type": [
                "null",
                "string"
              ],
              "default": null,
              "doc": "BCP 47 language tag, for example pt-BR."
            },
            {
              "name": "timezone",
              "type": [
                "null",
                "string"
              ],
              "default": null,
              "doc": "IANA time zone, for example America/Sao_Paulo."
            }
          ]
        }
      },
      {
        "name": "channel",
        "type": [
          "null",
          "string"
        ],
        "default": null,
        "doc": "Channel of the conversation: web, whatsapp, instagram …"
      },
      {
        "name": "channel_user_id",
        "type": [
          "null",
          "string"
        ],
        "default": null,
        "doc": "The visitor's id in that channel; attested. Ids of different channels never match each other."
      },
      {
        "name": "order_number",
        "type": [
          "null",
          "string"
        ],
        "default": null,
        "doc": "Order number as typed, with or without its prefix sign."
      },
      {
        "name": "message",
        "type": [
          "null",
          "string"
        ],
        "default": null,
        "doc": "Free text of the form."
      },
      {
        "name": "consent",
        "doc": "What the visitor agreed to with this form.",
        "type": [
          "null",
          {
            "type": "record",
            "name": "Consent",
            "fields": [
              {
                "name": "terms_accepted",
                "type": "boolean",
                "default": false,
                "doc": "Terms and conditions accepted."
              },
              {
                "name": "marketing_opt_in",
                "type": "boolean",
                "default": false,
                "doc": "Agreed to be written to for marketing."
              }
            ]
          }
        ],
        "default": null
      },
      {
        "name": "page_url",
        "type": [
          "null",
          "string"
        ],
        "default": null,
        "doc": "The page that the visitor was on."
      },
      {
        "name": "conversation_id",
        "type": [
          "null",
          "string"
        ],
        "default": null,
        "doc": "The chat platform's id of the conversation; comes back in lead.status."
      },
      {
        "name": "transcript",
        "doc": "The conversation so far, oldest first.",
        "type": {
          "type": "array",
          "items": {
            "type": "record",
            "name": "TranscriptMessage",
            "fields": [
              {
                "name": "author",
                "type": {
                  "type": "enum",
                  "name": "TranscriptAuthor",
                  "doc": "Who wrote it.",
                  "symbols": [
                    "VISITOR",
                    "AI",
                    "AGENT",
                    "SYSTEM"
                  ],
                  "default": "SYSTEM"
                },
                "doc": "Who wrote it. An unknown symbol is read as SYSTEM."
              },
              {
                "name": "text",
                "type": "string",
                "doc": "What was written, as plain text."
              },
              {
                "name": "at",
                "type": [
                  "null",
                  {
                    "type": "long",
                    "logicalType": "timestamp-millis"
                  }
                ],
                "default": null,
                "doc": "When, milliseconds since 1970 UTC."
              }
            ]
          }
        },
        "default": []
      },
      {
        "name": "products",
        "doc": "Products discussed in the conversation.",
        "type": {
          "type": "array",
          "items": {
            "type": "record",
            "name": "Product",
            "fields": [
              {
                "name": "id",
                "type": "string",
                "doc": "The shop's product id."
              },
              {
                "name": "title",
                "type": "string",
                "doc": "Title as shown to the visitor."
              },
              {
                "name": "image_url",
                "type": [
                  "null",
                  "string"
                ],
                "default": null,
                "doc": "Address of an image."
              },
              {
                "name": "price_minor",
                "type": [
                  "null",
                  "long"
                ],
                "default": null,
                "doc": "Price in minor units of the currency (cents)."
              },
              {
                "name": "currency",
                "type": [
                  "null",
                  "string"
                ],
                "default": null,
                "doc": "ISO 4217 code."
              },
              {
                "name": "url",
                "type": [
                  "null",
                  "string"
                ],
                "default": null,
                "doc": "Address of the product's page."
              }
            ]
          }
        },
        "default": []
      },
      {
        "name": "coupon",
        "type": [
          "null",
          "string"
        ],
        "default": null,
        "doc": "Coupon code that was asked for or created."
      }
    ]
  },
  "lead.activity": {
    "type": "record",
    "name": "LeadActivity",
    "namespace": "io.tributary.events",
    "doc": "Something happened to a lead: one row of its history. Internal to the fleet and for analytics. Topic lead.activity; key: tenant:lead_id; in order per lead, at least once.",
    "fields": [
      {
        "name": "event_id",
        "type": "string",
        "doc": "Id of the history row; the same when published again. Also in the header `id`."
      },
      {
        "name": "tenant",
        "type": "string",
        "doc": "Slug of the tenant."
      },
      {
        "name": "occurred_at",
        "type": {
          "type": "long",
          "logicalType": "timestamp-millis"
        },
        "doc": "When it happened, milliseconds since 1970 UTC."
      },
      {
        "name": "source",
        "type": "string",
        "doc": "Name of the process that wrote the history row."
      },
      {
        "name": "lead_id",
        "type": "string",
        "doc": "Id of the lead, a UUID."
      },
      {
        "name": "sequence",
        "type": "long",
        "doc": "Number of the row in the lead's history, from 1 without gaps. Drop what is not higher than the last one seen."
      },
      {
        "name": "kind",
        "type": "string",
        "doc": "opened, submission_added, order_changed, status_changed, score_changed …"
      },
      {
        "name": "actor",
        "type": "string",
        "doc": "Who did it: system, rule:<name> or user:<id>."
      },
      {
        "name": "contact_id",
        "type": "string",
        "doc": "Id of the contact, a UUID."
      },
      {
        "name": "submission_id",
        "type": [
          "null",
          "string"
        ],
        "default": null,
        "doc": "The submission that it concerns, a UUID."
      },
      {
        "name": "order_id",
        "type": [
          "null",
          "string"
        ],
        "default": null,
        "doc": "The order that it concerns."
      },
      {
        "name": "reason",
        "type": [
          "null",
          "string"
        ],
        "default": null,
        "doc": "Why, where somebody or a rule gave a reason."
      },
      {
        "name": "snapshot",
        "doc": "The lead after it.",
        "type": {
          "type": "record",
          "name": "LeadSnapshot",
          "fields": [
            {
              "name": "status",
              "type": "string",
              "doc": "Status, a word of the tenant's workflow."
            },
            {
              "name": "active",
              "type": "boolean",
              "doc": "False once the status is final."
            },
            {
              "name": "score",
              "type": "int",
              "doc": "0 to 100."
            },
            {
              "name": "tags",
              "type": {
                "type": "array",
                "items": "string"
              },
              "default": [],
              "doc": "Tags, derived from the submissions."
            },
            {
              "name": "assignee",
              "type": [
                "null",
                "string"
              ],
              "default": null,
              "doc": "The agent in charge."
            }
          ]
        }
      }
    ]
  },
  "lead.status": {
    "type": "record",
    "name": "LeadStatus",
    "namespace": "io.tributary.events",
    "doc": "The status of a lead changed. Public. Topic lead.status; key: tenant:lead_id; in order per lead, at least once: drop a sequence that is not higher than the last one seen.",
    "fields": [
      {
        "name": "event_id",
        "type": "string",
        "doc": "Id of the history row; the same when published again. Also in the header `id`."
      },
      {
        "name": "tenant",
        "type": "string",
        "doc": "Slug of the tenant."
      },
      {
        "name": "occurred_at",
        "type": {
          "type": "long",
          "logicalType": "timestamp-millis"
        },
        "doc": "When the status changed, milliseconds since 1970 UTC."
      },
      {
        "name": "source",
        "type": "string",
        "doc": "Name of the process that changed it."
      },
      {
        "name": "lead_id",
        "type": "string",
        "doc": "Id of the lead, a UUID."
      },
      {
        "name": "sequence",
        "type": "long",
        "doc": "Number of the row in the lead's history. Increases; has gaps here, because not every row changes the status."
      },
      {
        "name": "previous_status",
        "type": [
          "null",
          "string"
        ],
        "default": null,
        "doc": "Status before; null when the lead was opened."
      },
      {
        "name": "status",
        "type": "string",
        "doc": "Status now, a word of the tenant's workflow."
      },
      {
        "name": "final",
        "type": "boolean",
        "doc": "True when the lead is no longer active."
      },
      {
        "name": "score",
        "type": "int",
        "doc": "0 to 100, at that moment."
      },
      {
        "name": "reason",
        "type": [
          "null",
          "string"
        ],
        "default": null,
        "doc": "Why, where somebody or a rule gave a reason."
      },
      {
        "name": "actor",
        "type": "string",
        "doc": "Who did it: system, rule:<name> or user:<id>."
      },
      {
        "name": "visitor_id",
        "type": [
          "null",
          "string"
        ],
        "default": null,
        "doc": "The chat platform's id of the person, of the submission that opened the lead."
      },
      {
        "name": "conversation_id",
        "type": [
          "null",
          "string"
        ],
        "default": null,
        "doc": "The chat platform's id of the conversation, of the submission that opened the lead."
      }
    ]
  },
  "order.changed": {
    "type": "record",
    "name": "OrderChanged",
    "namespace": "io.tributary.events",
    "doc": "An order in the shop was placed or changed. Enriches the active lead of the same person; a stranger's refund request or cancellation opens one. Topic order.changed; recommended key: tenant:order_id.",
    "fields": [
      {
        "name": "event_id",
        "type": "string",
        "doc": "Unique per source, 1 to 128 characters."
      },
      {
        "name": "tenant",
        "type": "string",
        "doc": "Slug of the tenant."
      },
      {
        "name": "occurred_at",
        "type": {
          "type": "long",
          "logicalType": "timestamp-millis"
        },
        "doc": "When the order reached this state, milliseconds since 1970 UTC."
      },
      {
        "name": "source",
        "type": "string",
        "doc": "Name of the producing system, 1 to 64 characters."
      },
      {
        "name": "order_id",
        "type": "string",
        "doc": "The shop's id of the order, 1 to 128 characters."
      },
      {
        "name": "order_number",
        "type": [
          "null",
          "string"
        ],
        "default": null,
        "doc": "The number that the customer knows, with or without its prefix sign."
      },
      {
        "name": "status",
        "type": {
          "type": "enum",
          "name": "OrderStatus",
          "doc": "State of the order.",
          "symbols": [
            "UNKNOWN",
            "PLACED",
            "PAID",
            "FULFILLED",
            "CANCELLED",
            "REFUND_REQUESTED",
            "REFUNDED",
            "QUESTION_RESOLVED"
          ],
          "default": "UNKNOWN"
        },
        "doc": "State of the order. UNKNOWN is dead-lettered."
      },
      {
        "name": "total_minor",
        "type": [
          "null",
          "long"
        ],
        "default": null,
        "doc": "Total in minor units of the currency (cents)."
      },
      {
        "name": "currency",
        "type": [
          "null",
          "string"
        ],
        "default": null,
        "doc": "ISO 4217 code."
      },
      {
        "name": "customer",
        "doc": "Who ordered, as far as known.",
        "type": {
          "type": "record",
          "name": "Customer",
          "fields": [
            {
              "name": "customer_id",
              "type": [
                "null",
                "string"
              ],
              "default": null,
              "doc": "The shop's id of the customer; for information, not a key."
            },
            {
              "name": "visitor_id",
              "type": [
                "null",
                "string"
              ],
              "default": null,
              "doc": "The chat platform's id for this visitor, where the shop knows it."
            },
            {
              "name": "name",
              "type": [
                "null",
                "string"
              ],
              "default": null,
              "doc": "Name."
            },
            {
              "name": "email",
              "type": [
                "null",
                "string"
              ],
              "default": null,
              "doc": "Email address."
            },
            {
              "name": "phone",
              "type": [
                "null",
                "string"
              ],
              "default": null,
              "doc": "Phone number."
            }
          ]
        }
      },
      {
        "name": "reason",
        "type": [
          "null",
          "string"
        ],
        "default": null,
        "doc": "Reason of a cancellation or refund request."
      },
      {
        "name": "items",
        "doc": "What was ordered.",
        "type": {
          "type": "array",
          "items": {
            "type": "record",
            "name": "OrderItem",
            "fields": [
              {
                "name": "id",
                "type": [
                  "null",
                  "string"
                ],
                "default": null,
                "doc": "The shop's product id."
              },
              {
                "name": "title",
                "type": "string",
                "doc": "Title of the product."
              },
              {
                "name": "quantity",
                "type": "int",
                "default": 1,
                "doc": "How many."
              },
              {
                "name": "price_minor",
                "type": [
                  "null",
                  "long"
                ],
                "default": null,
                "doc": "Price of one in minor units of the order's currency."
              },
              {
                "name": "image_url",
                "type": [
                  "null",
                  "string"
                ],
                "default": null,
                "doc": "Address of an image."
              }
            ]
          }
        },
        "default": []
      }
    ]
  }
}
