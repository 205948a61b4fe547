import { describe, expect, it } from '@jest/globals'
import { newWebhookSecret, webhookHeaders } from '../../../services/leads/webhook-signature.ts'
import { verifyStandardWebhook } from '../../support/standard-webhooks.ts'

const id = 'msg_p5jXN8AQM9LWM0D4loKWxJek'
const secret = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw'
const body = '{"test": 2432232314}'
const sentAt = new Date(1_614_265_330_000)

describe('the signature of a webhook', () => {
  it('is that of the test vector of the Standard Webhooks libraries', () => {
    expect(webhookHeaders(id, sentAt, body, [secret])).toEqual({
      'webhook-id': id,
      'webhook-timestamp': '1614265330',
      'webhook-signature': 'v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=',
    })
  })

  it('is taken by a verifier written from the text of the specification, with non-ASCII bodies too', () => {
    for (const text of [body, '{"name":"Zoë 🙂"}', '']) {
      const own = newWebhookSecret()
      expect(verifyStandardWebhook(webhookHeaders(id, sentAt, text, [own]), text, own, sentAt)).toBe('valid')
    }
  })

  it('is refused by it when body, id, time or secret is another, and when it is too old', () => {
    const headers = webhookHeaders(id, sentAt, body, [secret])
    expect(verifyStandardWebhook(headers, `${body} `, secret, sentAt)).toBe('no signature matches')
    expect(verifyStandardWebhook({ ...headers, 'webhook-id': 'msg_other' }, body, secret, sentAt)).toBe('no signature matches')
    expect(verifyStandardWebhook({ ...headers, 'webhook-timestamp': '1614265331' }, body, secret, sentAt)).toBe('no signature matches')
    expect(verifyStandardWebhook(headers, body, newWebhookSecret(), sentAt)).toBe('no signature matches')
    expect(verifyStandardWebhook(headers, body, secret, new Date(sentAt.getTime() + 301_000))).toBe('too old or too new')
  })

  it('is there once for each secret while one is replaced, so that both verify', () => {
    const next = newWebhookSecret()
    const headers = webhookHeaders(id, sentAt, body, [next, secret])
    expect(headers['webhook-signature']?.split(' ')).toHaveLength(2)
    for (const known of [next, secret]) expect(verifyStandardWebhook(headers, body, known, sentAt)).toBe('valid')
  })

  it('has a secret of 32 random bytes in base64 behind whsec_, which a header can hold', () => {
    const secrets = Array.from({ length: 50 }, newWebhookSecret)
    expect(new Set(secrets).size).toBe(50)
    for (const text of secrets) expect(text).toMatch(/^whsec_[A-Za-z0-9+/]{43}=$/)
  })
})
