import { createServer, type AddressInfo } from 'node:net'
import type { ChildProcess } from 'node:child_process'
import { afterAll, beforeAll, expect, it } from '@jest/globals'
import { goodPassword, makeUser } from '../../support/accounts.ts'
import { createWorld, ended, eventually, type World } from '../../support/world.ts'

let world: World
let api: ChildProcess
let url: string
beforeAll(async () => {
  world = await createWorld(['demo'], 1)
  const port = await freePort()
  url = `http://127.0.0.1:${port}`
  api = await world.start('api', { API_PORT: String(port), PUBLIC_URL: url, API_TRUSTED_PROXIES: '127.0.0.1' })
  await eventually(
    'the API',
    () =>
      fetch(`${url}/v1/open-id`).then(
        ({ status }) => status,
        () => 0,
      ),
    (status) => status === 200,
  )
})
afterAll(() => world.close())

const signIn = (email: string, address: string, password = goodPassword) =>
  fetch(`${url}/v1/session`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'x-forwarded-for': address },
    body: JSON.stringify({ tenant: 'demo', email, password }),
  })

it('the process lets people in, counts wrong passwords by the address that its proxy names, and ends in peace', async () => {
  const { email } = await makeUser(world.db, 1, 'agent')
  for (let wrong = 0; wrong < 31; wrong++) expect((await signIn(`nobody-${wrong}@shop.example`, '198.51.100.1')).status).toBe(401)
  expect((await signIn(email, '198.51.100.1')).status).toBe(429)
  const answer = await signIn(email, '198.51.100.2')
  expect(answer.status).toBe(200)
  const cookie = answer.headers.getSetCookie()[0]?.split(';')[0] ?? ''
  expect(await (await fetch(`${url}/v1/session`, { headers: { cookie } })).json()).toMatchObject({ user: { email } })
  expect(await ended(api, 'SIGTERM')).toBe(0)
})

async function freePort(): Promise<number> {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  await new Promise((resolve) => server.close(resolve))
  return port
}
