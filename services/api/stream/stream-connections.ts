import type { Logger } from 'pino'
import type { Metrics } from '../../platform/metrics.ts'
import { asDatabaseError } from '../../platform/mysql/database-error.ts'
import { Problem } from '../problem.ts'
import type { EventBuffer } from './event-buffer.ts'
import type { Gate } from './plan-gate.ts'
import { StreamConnection, type Listener } from './stream-connection.ts'
import { openPosition } from './stream-position.ts'

export type StreamSettings = {
  heartbeatMs: number
  /** How often each credential is asked for again. */
  checkMs: number
  /** A socket that has taken nothing for so long is dead. */
  stalledMs: number
  mostPerPrincipal: number
  mostPerProcess: number
}

const gateRetryMs = 1_000
const cutReasons = ['overtaken', 'stalled', 'credential'] as const

/**
 * The open streams of this process. Each holds a place in the one buffer of events: nothing is queued for a slow reader, who goes on from its place when its socket takes more, and is
 * cut when what comes next is gone from the buffer; on its return it begins with `reset`.
 */
export class StreamConnections {
  private readonly buffer: EventBuffer
  private readonly gateOf: (tenantId: number) => Promise<Gate>
  private readonly key: () => Promise<Buffer>
  private readonly settings: StreamSettings
  private readonly log: Logger
  private readonly metrics: Metrics
  private readonly open = new Map<string, Set<StreamConnection>>()
  private readonly delivering = new Set<string>()
  private readonly again = new Set<string>()
  private readonly timers: NodeJS.Timeout[] = []
  private count = 0
  private isCaughtUp = false
  private isStopping = false
  private isChecking = false

  constructor(
    buffer: EventBuffer,
    gateOf: (tenantId: number) => Promise<Gate>,
    key: () => Promise<Buffer>,
    settings: StreamSettings,
    { log, metrics }: { log: Logger; metrics: Metrics },
  ) {
    this.buffer = buffer
    this.gateOf = gateOf
    this.key = key
    this.settings = settings
    this.log = log
    this.metrics = metrics
    for (const reason of cutReasons) metrics.count('tributary_streams_cut_total', { reason }, 0)
  }

  start(): void {
    this.timers.push(setInterval(() => this.beat(), this.settings.heartbeatMs).unref())
    this.timers.push(setInterval(() => void this.check(), this.settings.checkMs).unref())
  }

  /** Opens a stream. Throws a `Problem` when there are too many, or this process stops. */
  async connect(listener: Listener): Promise<StreamConnection> {
    const key = await this.key()
    if (this.isStopping || this.count >= this.settings.mostPerProcess)
      throw new Problem(503, 'streams-full', 'This process takes no more streams: try again in a moment.')
    const ofTenant = this.open.get(listener.tenant) ?? new Set()
    const ofPrincipal = [...ofTenant].filter((other) => other.listener.principal === listener.principal)
    if (ofPrincipal.length >= this.settings.mostPerPrincipal)
      throw new Problem(429, 'too-many-streams', `You have ${ofPrincipal.length} streams open: close one first.`)
    const connection = new StreamConnection(listener, key, () => void this.deliver(listener.tenant))
    this.open.set(listener.tenant, ofTenant.add(connection))
    this.metrics.set('tributary_streams_open', {}, ++this.count)
    connection.body.once('close', () => this.forget(connection))
    // Not all at once after a restart.
    connection.say(`retry: ${2_000 + Math.floor(Math.random() * 3_000)}\n\n`)
    if (this.isCaughtUp) this.place(connection, key)
    return connection
  }

  /** Reading has begun anew: nobody's place can be gone on from. */
  begin(): void {
    this.isCaughtUp = false
  }

  /** This process knows lead.activity up to its end: streams begin, or begin again. */
  async caughtUp(): Promise<void> {
    const key = await this.key()
    this.isCaughtUp = true
    for (const connection of this.all()) this.place(connection, key)
  }

  /** Brings what is new to the streams of a tenant. */
  async deliver(tenant: string): Promise<void> {
    if (this.delivering.has(tenant)) return void this.again.add(tenant)
    this.delivering.add(tenant)
    try {
      do {
        this.again.delete(tenant)
        await this.deliverNow(tenant)
      } while (this.again.has(tenant))
    } catch (error) {
      // What the plan lets out is not known: nothing goes out.
      this.log.warn({ err: asDatabaseError(error) }, 'events wait in the streams of a tenant until its plan can be read')
      setTimeout(() => void this.deliver(tenant), gateRetryMs).unref()
    } finally {
      this.delivering.delete(tenant)
    }
  }

  /** Ends every stream; none is opened any more. */
  stop(): void {
    this.isStopping = true
    for (const timer of this.timers) clearInterval(timer)
    for (const connection of this.all()) connection.end()
  }

  size(): number {
    return this.count
  }

  private place(connection: StreamConnection, key: Buffer): void {
    const { tenant, tenantId, lastEventId } = connection.listener
    const isNew = connection.place === undefined
    const isFirst = isNew && lastEventId === undefined
    const known = isNew && lastEventId !== undefined ? openPosition(key, tenantId, lastEventId) : undefined
    const place = known === undefined ? undefined : this.buffer.placeAt(known)
    connection.begin(isFirst || place !== undefined ? 'ready' : 'reset', place ?? this.buffer.placeAtEnd())
    void this.deliver(tenant)
  }

  private async deliverNow(tenant: string): Promise<void> {
    const connections = this.open.get(tenant)
    const [some] = connections ?? []
    if (connections === undefined || some === undefined || !this.isCaughtUp) return
    const upTo = this.buffer.lastNumber()
    const gate = await this.gateOf(some.listener.tenantId)
    // Begun anew meanwhile: `caughtUp` gives every stream its new place.
    if (!this.isCaughtUp) return
    for (const connection of connections) {
      const { place } = connection
      if (place === undefined || connection.isBlocked) continue
      if (this.buffer.hasLost(tenant, place)) this.cut(connection, 'overtaken')
      else if (connection.isLimited !== undefined && connection.isLimited !== gate.isLimited)
        connection.begin('reset', this.buffer.placeAtEnd())
      else connection.deliver(this.buffer.eventsBehind(tenant, place), upTo, gate.visibleFrom)
      connection.isLimited = gate.isLimited
    }
  }

  private beat(): void {
    const nowMs = performance.now()
    for (const connection of this.all()) {
      const { place, listener } = connection
      const hasLost = place !== undefined && this.buffer.hasLost(listener.tenant, place)
      if (connection.isBlocked && hasLost) this.cut(connection, 'overtaken')
      else if (connection.blockedForMs(nowMs) > this.settings.stalledMs) this.cut(connection, 'stalled')
      else connection.beat(place === undefined || hasLost || !this.hasAll(connection) ? undefined : this.buffer.placeAtEnd().position)
    }
  }

  private hasAll({ place, listener }: StreamConnection): boolean {
    return place !== undefined && this.buffer.eventsBehind(listener.tenant, place).next().done === true
  }

  private async check(): Promise<void> {
    if (this.isChecking) return
    this.isChecking = true
    for (const connection of [...this.all()]) {
      try {
        if (!(await connection.listener.isStillAllowed())) this.cut(connection, 'credential')
        connection.failedChecks = 0
      } catch {
        // The database may be away for a moment; whoever cannot be asked for twice has to come again.
        if (++connection.failedChecks > 1) this.cut(connection, 'credential')
      }
    }
    this.isChecking = false
  }

  private cut(connection: StreamConnection, reason: (typeof cutReasons)[number]): void {
    this.metrics.count('tributary_streams_cut_total', { reason })
    if (reason === 'credential') connection.end()
    else connection.body.destroy()
  }

  private *all(): Generator<StreamConnection> {
    for (const connections of this.open.values()) yield* connections
  }

  private forget(connection: StreamConnection): void {
    const { tenant } = connection.listener
    const connections = this.open.get(tenant)
    if (connections?.delete(connection) !== true) return
    this.metrics.set('tributary_streams_open', {}, --this.count)
    if (connections.size === 0) this.open.delete(tenant)
  }
}
