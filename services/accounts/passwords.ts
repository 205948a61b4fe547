import { argon2id, hash, needsRehash, verify } from 'argon2'
import { AccessRefusal } from './refusal.ts'

/** OWASP Password Storage Cheat Sheet, "Argon2id": 19 MiB of memory, 2 iterations, 1 degree of parallelism, at least. https://cheatsheetseries.owasp.org/cheatsheets/Password_Storage_Cheat_Sheet.html */
const cost = { memoryCost: 19_456, timeCost: 2, parallelism: 1 }

// 12: short enough to be typed, long enough that the throttle and argon2 leave no hope. 200: room for any phrase, while a giant text cannot buy our time.
const shortest = 12
const longest = 200

/** Refuses a password that is too short, too long, the person's own address or name of the mailbox, or among those that are tried first. `email` is in normal form. */
export function checkPassword(password: string, email: string): void {
  const letters = [...password].length
  if (letters < shortest)
    throw new AccessRefusal('password-too-short', `The password is too short: take at least ${shortest} characters.`, 'password')
  if (letters > longest)
    throw new AccessRefusal('password-too-long', `The password is too long: take at most ${longest} characters.`, 'password')
  if (isEasy(password, email))
    throw new AccessRefusal(
      'password-too-easy',
      'The password is among the first that anybody would try: take a phrase of several words, or let a password manager make one.',
      'password',
    )
}

/** The hash to keep, in PHC form. Takes some 30 ms and 19 MiB: never inside a transaction. */
export async function hashPassword(password: string): Promise<string> {
  return await hash(normal(password), { type: argon2id, ...cost })
}

/** Whether `password` is the one of `kept`. With nothing kept it works as long and says no, so that the time taken does not tell who has an account. */
export async function isPassword(kept: string | null, password: string): Promise<boolean> {
  if ([...password].length > longest) return false
  if (kept !== null) return await verify(kept, normal(password))
  await hashPassword(password)
  return false
}

/** Whether `kept` was made with other parameters than today's, so that it is made again when the password is at hand. */
export function isOutdated(kept: string): boolean {
  return needsRehash(kept, cost)
}

// One password has one form, whichever keyboard it was typed on (NIST SP 800-63B, 5.1.1.2).
const normal = (password: string) => password.normalize('NFKC')

function isEasy(password: string, email: string): boolean {
  const text = normal(password).toLowerCase()
  const bare = text.replace(/[^\p{L}\p{N}]/gu, '')
  const [mailbox = '', domain = ''] = email.split('@')
  const own = [email, mailbox, domain].map((part) => part.replace(/[^a-z0-9]/g, ''))
  return text === email || new Set(text).size < 5 || [...own, ...easy].some((word) => word !== '' && isMadeOf(bare, word))
}

/** Whether `text` is `word` over and over, or `word` with digits around it. */
function isMadeOf(text: string, word: string): boolean {
  return text.replaceAll(word, '').replace(/\d/g, '') === '' && text.includes(word)
}

const easy = [
  'password',
  'passwort',
  'passw0rd',
  'qwerty',
  'qwertyuiop',
  'qwertyuiopasdfghjklzxcvbnm',
  'asdfghjkl',
  '1q2w3e4r5t6y',
  '1qaz2wsx3edc',
  '1234567890',
  '0123456789',
  '0987654321',
  '123456',
  'letmein',
  'iloveyou',
  'welcome',
  'changeme',
  'administrator',
  'admin',
  'tributary',
  'abcdef',
  'abcdefghijkl',
  'abcdefghijklmnopqrstuvwxyz',
]
