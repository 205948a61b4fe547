import { describe, expect, it } from '@jest/globals'
import { hash } from 'argon2'
import { checkPassword, hashPassword, isOutdated, isPassword } from '../../../services/accounts/passwords.ts'
import { AccessRefusal } from '../../../services/accounts/refusal.ts'

const email = 'maria.silva@shop.example'

function verdict(password: string): string {
  try {
    checkPassword(password, email)
    return 'good'
  } catch (error) {
    return error instanceof AccessRefusal ? error.code : String(error)
  }
}

describe('a password', () => {
  it.each([
    ['correct horse battery staple', 'good'],
    ['ein langer Satz mit Umlauten äöü', 'good'],
    ['9vB!xQ2#pL7z', 'good'],
    ['パスワードは長いほうが良いです', 'good'],
    ['my password is quite long', 'good'],
    ['short', 'password-too-short'],
    ['👍👍👍👍👍👍', 'password-too-short'],
    ['a b'.repeat(67), 'password-too-long'],
    [email, 'password-too-easy'],
    ['Maria.Silva@Shop.Example', 'password-too-easy'],
    ['mariasilva12', 'password-too-easy'],
    ['Maria.Silva!2026', 'password-too-easy'],
    ['password1234', 'password-too-easy'],
    ['PASSWORD!password', 'password-too-easy'],
    ['ｐａｓｓｗｏｒｄ１２３４', 'password-too-easy'],
    ['123456789012', 'password-too-easy'],
    ['qwertyuiop12', 'password-too-easy'],
    ['aaaaaaaaaaaa', 'password-too-easy'],
    ['abababababab', 'password-too-easy'],
  ])('%s is %s', (password, expected) => {
    expect(verdict(password)).toBe(expected)
  })

  it('is kept as argon2id with the parameters of OWASP, never twice alike', async () => {
    const [one, two] = await Promise.all([hashPassword('correct horse battery'), hashPassword('correct horse battery')])
    expect(one).toMatch(/^\$argon2id\$v=19\$m=19456,(t=2,p=1|p=1,t=2)\$/)
    expect(one).not.toBe(two)
    expect(await isPassword(one, 'correct horse battery')).toBe(true)
    expect(await isPassword(one, 'correct horse batterY')).toBe(false)
  })

  it('is the same however the keyboard composes its letters', async () => {
    expect(await isPassword(await hashPassword('caf\u00e9 com leite'), 'cafe\u0301 com leite')).toBe(true)
  })

  it('of nobody is never right', async () => {
    expect(await isPassword(null, 'correct horse battery')).toBe(false)
  })

  it('kept with other parameters is known as outdated, and still opens', async () => {
    const old = await hash('correct horse battery', { memoryCost: 8_192, timeCost: 2, parallelism: 1 })
    expect(isOutdated(old)).toBe(true)
    expect(isOutdated(await hashPassword('correct horse battery'))).toBe(false)
    expect(await isPassword(old, 'correct horse battery')).toBe(true)
  })
})
