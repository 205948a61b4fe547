import type { TopicEvent } from './generated-record.ts'

/**
 * What happens around one person or household. A `free` one leaves the same totals in any order of its events; a `bound` one only in its own, and lies on one partition of one topic;
 * a `racing` one depends on how topics are interleaved.
 */
export type History = { key: string; order: 'free' | 'bound' | 'racing'; events: TopicEvent[] }
