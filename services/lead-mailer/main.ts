import { mailBacklog } from '../leads/mail-ledger.ts'
import { eventType } from '../platform/kafka/event-type.ts'
import { createMailDoor } from '../platform/mail/smtp-door.ts'
import { queueReminders } from '../leads/follow-up-reminders.ts'
import { findUser } from '../accounts/user-store.ts'
import { assertMigrated } from '../platform/mysql/migrate.ts'
import { transactionOn, withTransaction } from '../platform/mysql/transaction.ts'
import { runProcess } from '../platform/run-process.ts'
import { defineWorker, on } from '../platform/worker/define-worker.ts'
import { runLoop } from '../platform/worker/run-loop.ts'
import { runWorker } from '../platform/worker/run-worker.ts'
import { queueNotifications } from './handle-activity.ts'
import { sendMails } from './send-mails.ts'
import { addressesOfAdmins } from './addresses-of-admins.ts'
import { sendWebhookNotices } from './send-webhook-notices.ts'

const name = 'lead-mailer'
const idleMs = 200
const reminderMs = 2_000
const noticesEveryMs = 5_000

await runProcess(name, ['SMTP_URL', 'MAIL_FROM', 'MAIL_CLAIM_SECONDS', 'PUBLIC_URL'], (context) => {
  const { settings, db, migrations, metrics, health, log, onFatal } = context
  for (const result of ['sent', 'retried', 'failed', 'ambiguous']) metrics.count('tributary_mails_total', { result }, 0)
  const door = createMailDoor(settings.SMTP_URL, settings.MAIL_FROM)
  const domain = settings.MAIL_FROM.split('@')[1] ?? 'localhost'
  const leadMailer = defineWorker({
    name,
    consumes: [on(eventType('lead.activity'), queueNotifications(domain))],
  })
  const sender = runLoop({
    name: 'sender',
    worker: name,
    health,
    metrics,
    log,
    onFatal,
    prepare: async () => {
      await assertMigrated(db, migrations)
      // A wrong server or password shows now, not with the first lead.
      await door.verify()
    },
    turn: async (signal) =>
      (await sendMails({ db, door, metrics, log, claimMs: settings.MAIL_CLAIM_SECONDS * 1000, clock: () => new Date() }, signal)) > 0
        ? 0
        : idleMs,
  })
  const addressOf = async (tenantId: number, userId: string) => {
    const user = await findUser(transactionOn(db), tenantId, userId)
    return user?.state === 'enabled' ? user.email : undefined
  }
  const reminders = runLoop({
    name: 'reminders',
    worker: name,
    health,
    metrics,
    log,
    onFatal,
    turn: async () =>
      (await withTransaction(db, 10_000, (tx) => queueReminders(tx, addressOf, domain, 50, new Date()))) > 0 ? 0 : reminderMs,
  })
  const notices = runLoop({
    name: 'webhook notices',
    worker: name,
    health,
    metrics,
    log,
    onFatal,
    prepare: () => assertMigrated(db, migrations),
    turn: async (signal) => {
      const notice = { db, door, log, domain, publicUrl: settings.PUBLIC_URL, clock: () => new Date(), addressesOf: addressesOfAdmins }
      await sendWebhookNotices(notice, signal)
      return noticesEveryMs
    },
  })
  const refreshGauges = async () => {
    const { queued, oldestAt } = await mailBacklog(transactionOn(db))
    metrics.set('tributary_mails_queued', {}, queued)
    metrics.set('tributary_mails_oldest_queued_timestamp_seconds', {}, oldestAt / 1000)
  }
  return {
    parts: [{ name: 'mail door', stop: async () => door.close() }, runWorker(leadMailer, context), sender, reminders, notices],
    refreshGauges,
  }
})
