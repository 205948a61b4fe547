import { createServer, type ServerResponse } from 'node:http'
import PostalMime from 'postal-mime'
import { SMTPServer } from 'smtp-server'
import { mailPage } from './mail-page.ts'

export type CaughtMail = {
  id: number
  from: string
  to: string
  subject: string
  messageId: string
  receivedAt: string
  html: string
  text: string
}

const mostKept = 20_000

/** A mail server that delivers nothing: it keeps what it gets in memory and shows it on a page and as JSON (GET and DELETE /api/messages, GET /api/messages/ID). */
export async function startMailCatcher(smtpPort: number, pagePort: number): Promise<{ stop(): Promise<void> }> {
  let mails: CaughtMail[] = []
  let count = 0
  const smtp = new SMTPServer({
    authOptional: true,
    disabledCommands: ['STARTTLS'],
    logger: false,
    onData: (stream, session, done) => {
      const chunks: Buffer[] = []
      stream.on('data', (chunk: Buffer) => chunks.push(chunk))
      stream.on('end', () => {
        PostalMime.parse(Buffer.concat(chunks))
          .then((mail) => {
            const to = session.envelope.rcptTo.map(({ address }) => address).join(', ')
            mails.push({
              id: ++count,
              from: mail.from?.address ?? '',
              to,
              subject: mail.subject ?? '',
              messageId: mail.messageId ?? '',
              receivedAt: new Date().toISOString(),
              html: mail.html ?? '',
              text: mail.text ?? '',
            })
            if (mails.length > mostKept) mails.shift()
            done()
          })
          .catch((error: Error) => done(error))
      })
    },
  })
  const answer = (response: ServerResponse, status: number, type: string, body: string) =>
    response.writeHead(status, { 'content-type': `${type}; charset=utf-8`, 'cache-control': 'no-store' }).end(body)
  const page = createServer((request, response) => {
    const { pathname } = new URL(request.url ?? '/', 'http://localhost')
    const one = /^\/api\/messages\/(\d+)$/.exec(pathname)
    const found = one === null ? undefined : mails.find(({ id }) => id === Number(one[1]))
    if (pathname === '/') answer(response, 200, 'text/html', mailPage)
    else if (pathname === '/api/messages' && request.method === 'DELETE') {
      mails = []
      answer(response, 200, 'application/json', '{}')
    } else if (pathname === '/api/messages')
      answer(response, 200, 'application/json', JSON.stringify(mails.toReversed().map(({ html: _html, text: _text, ...head }) => head)))
    else if (found !== undefined) answer(response, 200, 'application/json', JSON.stringify(found))
    else answer(response, 404, 'text/plain', 'not found\n')
  })
  await new Promise<void>((resolve, reject) => {
    smtp.on('error', (error: Error & { code?: string }) => (error.code === 'EADDRINUSE' ? reject(error) : undefined))
    smtp.listen(smtpPort, '127.0.0.1', () => resolve())
  })
  await new Promise<void>((resolve, reject) => {
    page.once('error', reject)
    page.listen(pagePort, '127.0.0.1', resolve)
  })
  return {
    stop: async () => {
      await new Promise<void>((resolve) => smtp.close(() => resolve()))
      await new Promise<void>((resolve) => {
        page.close(() => resolve())
        page.closeAllConnections()
      })
    },
  }
}

if (import.meta.filename === process.argv[1]) {
  const { stop } = await startMailCatcher(Number(process.argv[2]), Number(process.argv[3]))
  const end = () => void stop().then(() => process.exit(0))
  process.once('SIGTERM', end)
  process.once('SIGINT', end)
}
