/** What leads are asked for; what is left out does not narrow. Lists hold alternatives. Times are milliseconds since 1970. */
export type LeadFilter = {
  /** Words typed by a person; all must be found. */
  search?: string | undefined
  tags?: readonly string[] | undefined
  statuses?: readonly string[] | undefined
  /** Agents in charge; null stands for nobody. */
  assignees?: readonly (string | null)[] | undefined
  scoreMin?: number | undefined
  scoreMax?: number | undefined
  sources?: readonly string[] | undefined
  /** Opened at this time or later. */
  openedFrom?: number | undefined
  /** Opened before this time. */
  openedTo?: number | undefined
  active?: boolean | undefined
  /** Changed since this user, by the bytes of its id, last looked at it. */
  unreadBy?: Buffer | undefined
}

/** Newest first, or the most promising first and among equals the newest. */
export type LeadOrder = 'newest' | 'score'

/** Where a lead stands in an order. Two leads never stand in one place. */
export type LeadPlace = { leadId: Buffer; score: number }
