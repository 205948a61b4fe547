import { Problem } from './problem.ts'

/**
 * Refuses a request that a page of another site has made: browsers name the page's origin with every write. It has to be the origin of PUBLIC_URL or of the host that was asked; programs
 * send none (OWASP, Cross-Site Request Forgery Prevention Cheat Sheet, "Verifying Origin With Standard Headers").
 */
export function expectOwnOrigin({ origin, host }: { origin: string | undefined; host: string | undefined }, publicUrl: string): void {
  if (origin === undefined || origin === new URL(publicUrl).origin) return
  if (URL.canParse(origin) && host !== undefined && new URL(origin).host === host.toLowerCase()) return
  throw new Problem(403, 'origin-foreign', 'This came from a page of another site: open Tributary at its own address.')
}
