const oldest = Date.UTC(2000, 0, 1)
const dayMs = 86_400_000

/**
 * The provider's time in milliseconds, or `receivedAt` where it has none or an impossible one: a message from the year 1970 or 2090 is still a message, and would be refused with that time.
 */
export function occurredAt(providerTime: number, receivedAt: number): number {
  return Number.isSafeInteger(providerTime) && providerTime >= oldest && providerTime <= receivedAt + dayMs ? providerTime : receivedAt
}
