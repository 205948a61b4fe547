import { readFileSync, readdirSync, readlinkSync } from 'node:fs'
import { createServer } from 'node:net'

/** Whether `port` can be listened on, on the loopback address. */
export function isPortFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer()
    server.once('error', () => resolve(false))
    server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)))
  })
}

/** Who listens on `port`, as far as Linux tells: process id and program. */
export function portHolder(port: number): string | undefined {
  try {
    const inode = listeningInode(port)
    if (inode === undefined) return undefined
    for (const pid of readdirSync('/proc').filter((name) => /^\d+$/.test(name))) {
      if (holdsSocket(pid, inode)) return `process ${pid} (${readFileSync(`/proc/${pid}/comm`, 'utf8').trim()})`
    }
  } catch {
    // /proc is only there on Linux, and other users' processes cannot be read: then nobody can be named.
    return undefined
  }
  return undefined
}

function listeningInode(port: number): string | undefined {
  const suffix = `:${port.toString(16).toUpperCase().padStart(4, '0')}`
  for (const file of ['/proc/net/tcp', '/proc/net/tcp6']) {
    for (const line of readFileSync(file, 'utf8').split('\n').slice(1)) {
      const fields = line.trim().split(/\s+/)
      if (fields[1]?.endsWith(suffix) === true && fields[3] === '0A') return fields[9]
    }
  }
  return undefined
}

function holdsSocket(pid: string, inode: string): boolean {
  try {
    return readdirSync(`/proc/${pid}/fd`).some((fd) => readlinkSync(`/proc/${pid}/fd/${fd}`) === `socket:[${inode}]`)
  } catch {
    return false
  }
}
