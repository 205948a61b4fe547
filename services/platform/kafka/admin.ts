import type { Logger } from 'pino'
import type { Admin } from 'kafkajs'
import { TributaryError } from '../errors.ts'
import { createKafka, type KafkaSettings } from './client.ts'

export type PartitionEnds = { partition: number; low: number; high: number }
export type TopicPlan = { topic: string; partitions: number; settings?: Record<string, string> }

/** Connects, runs `work`, disconnects. Throws `kafka-unavailable` when no broker answers. */
export async function withAdmin<Result>(
  settings: KafkaSettings,
  log: Logger,
  work: (admin: KafkaAdmin) => Promise<Result>,
): Promise<Result> {
  const admin = createKafka(settings, 'tributary-admin', log).admin({ retry: { initialRetryTime: 200, maxRetryTime: 2_000, retries: 5 } })
  try {
    await admin.connect()
  } catch (error) {
    throw new TributaryError(
      'kafka-unavailable',
      `No Kafka broker answers at ${settings.KAFKA_BROKERS}. Check KAFKA_BROKERS and the brokers.`,
      { cause: error },
    )
  }
  try {
    return await work(verbsOf(admin))
  } finally {
    await admin.disconnect()
  }
}

export type KafkaAdmin = ReturnType<typeof verbsOf>

const verbsOf = (admin: Admin) => ({
  /** Creates the topics that do not exist yet; answers their names. */
  createTopics: async (plans: TopicPlan[]): Promise<string[]> => {
    const existing = await admin.listTopics()
    const missing = plans.filter(({ topic }) => !existing.includes(topic))
    if (missing.length > 0) {
      await admin.createTopics({
        waitForLeaders: true,
        topics: missing.map(({ topic, partitions, settings = {} }) => ({
          topic,
          numPartitions: partitions,
          configEntries: Object.entries(settings).map(([name, value]) => ({ name, value })),
        })),
      })
    }
    return missing.map(({ topic }) => topic)
  },
  deleteTopics: async (topics: string[]): Promise<void> => await admin.deleteTopics({ topics }),
  listTopics: async (): Promise<string[]> => await admin.listTopics(),
  /** First and next offset of each partition. Throws `topic-missing`. */
  partitionEnds: async (topic: string): Promise<PartitionEnds[]> => {
    try {
      const offsets = await admin.fetchTopicOffsets(topic)
      return offsets
        .map(({ partition, low, high }) => ({ partition, low: Number(low), high: Number(high) }))
        .sort((a, b) => a.partition - b.partition)
    } catch (error) {
      if (!(await admin.listTopics()).includes(topic))
        throw new TributaryError('topic-missing', `Kafka has no topic ${topic}. Run \`npx tributary topics create\`.`)
      throw new TributaryError('kafka-unavailable', `Kafka did not tell the offsets of ${topic}.`, { cause: error })
    }
  },
  /** Forgets a consumer group that has no members. */
  deleteGroup: async (groupId: string): Promise<void> => void (await admin.deleteGroups([groupId])),
  /** Nodes of the cluster, host:port. */
  brokers: async (): Promise<string[]> => (await admin.describeCluster()).brokers.map(({ host, port }) => `${host}:${port}`),
})
