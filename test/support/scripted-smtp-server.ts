import { createServer, type Socket } from 'node:net'
import type { AddressInfo } from 'node:net'

/** What the server does with a mail. `drop-*`: it takes the body and breaks the connection without an answer. */
export type SmtpScript =
  'ok' | '421' | '451' | '550' | 'rcpt-550' | 'drop-after-data' | 'reset-after-data' | 'drop-before-data' | 'auth-needed'

export type ScriptedSmtp = { url: string; bodies: string[]; script: SmtpScript; stop(): Promise<void> }

/** A mail server that follows a script, on a free port of the loopback address; it keeps the bodies that it got. */
export async function startScriptedSmtp(): Promise<ScriptedSmtp> {
  const sockets = new Set<Socket>()
  const state = { url: '', bodies: [] as string[], script: 'ok' as SmtpScript, stop: async () => undefined as void }
  const server = createServer((socket) => {
    sockets.add(socket)
    socket.on('error', () => sockets.delete(socket))
    socket.write('220 scripted\r\n')
    let body: string | undefined
    let rest = ''
    socket.on('data', (chunk) => {
      rest += chunk.toString()
      for (let end = rest.indexOf('\r\n'); end >= 0; end = rest.indexOf('\r\n')) {
        const line = rest.slice(0, end)
        rest = rest.slice(end + 2)
        if (body === undefined) {
          if (/^DATA/i.test(line) && state.script !== 'drop-before-data') body = ''
          answerCommand(socket, line, state.script)
        } else if (line === '.') {
          state.bodies.push(body)
          body = undefined
          answerBody(socket, state.script)
        } else body += `${line}\n`
      }
    })
  })
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve)
  })
  state.url = `smtp://127.0.0.1:${(server.address() as AddressInfo).port}`
  state.stop = async () => {
    for (const socket of sockets) socket.destroy()
    await new Promise<void>((resolve) => {
      server.close(() => resolve())
    })
  }
  return state
}

function answerCommand(socket: Socket, line: string, script: SmtpScript): void {
  const verb = line.slice(0, 4).toUpperCase()
  if (verb === 'EHLO') socket.write(script === 'auth-needed' ? '250-scripted\r\n250 AUTH PLAIN\r\n' : '250 scripted\r\n')
  else if (verb === 'AUTH') socket.write('535 no\r\n')
  else if (verb === 'RCPT' && script === 'rcpt-550') socket.write('550 no such person <someone@example.com>\r\n')
  else if (verb === 'DATA' && script === 'drop-before-data') socket.destroy()
  else if (verb === 'DATA') socket.write('354 go on\r\n')
  else if (verb === 'QUIT') socket.end('221 bye\r\n')
  else socket.write('250 ok\r\n')
}

function answerBody(socket: Socket, script: SmtpScript): void {
  if (script === 'drop-after-data') socket.end()
  else if (script === 'reset-after-data') socket.resetAndDestroy()
  else if (script === '421' || script === '451') socket.write(`${script} later someone@example.com\r\n`)
  else socket.write(script === '550' ? '550 never someone@example.com\r\n' : '250 taken\r\n')
}
