/** How long to wait before try number `attempt` (from 1) of something transient: 0.2 s doubling to 30 s, the upper half at random so that a fleet spreads out. */
export function backoffMs(attempt: number, random: () => number): number {
  const full = Math.min(30_000, 200 * 2 ** (attempt - 1))
  return Math.round(full / 2 + (full / 2) * random())
}

/** Failures of one partition in a row. An unknown failure is looked for by halving the unit until one event stands alone (DESIGN D4). */
export class PartitionFailures {
  private transient = 0
  private unknown = 0
  private size: number
  private readonly fullSize: number

  constructor(fullSize: number) {
    this.fullSize = fullSize
    this.size = fullSize
  }

  /** Most records that the next unit may have. */
  get unitSize(): number {
    return this.size
  }

  /** A unit was committed: the next may be twice as large again. */
  succeeded(): void {
    this.transient = 0
    this.unknown = 0
    this.size = Math.min(this.fullSize, this.size * 2)
  }

  /** A dependency is away. Answers how long to leave the partition alone. */
  failedTransiently(random: () => number): number {
    this.transient++
    return backoffMs(this.transient, random)
  }

  /** The unit of `records` failed for no known reason. Answers `park` once a single event has failed three times alone, else how long to wait before the next, smaller try. */
  failedUnexpectedly(records: number, random: () => number): 'park' | number {
    if (records === 1) {
      this.unknown++
      if (this.unknown >= 3) return 'park'
    } else {
      this.unknown = 0
      this.size = Math.max(1, Math.floor(records / 2))
    }
    return backoffMs(Math.max(1, this.unknown), random)
  }
}
