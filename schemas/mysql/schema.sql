-- Made from a migrated MariaDB by `npm run dump-schema`. Do not edit: add a migration.

CREATE TABLE `api_tokens` (
  `tenant_id` int(10) unsigned NOT NULL,
  `token_id` binary(16) NOT NULL,
  `token_hash` binary(32) NOT NULL,
  `name` varchar(200) NOT NULL,
  `scopes` varchar(500) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
  `created_by` varchar(64) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
  `created_at` datetime(3) NOT NULL,
  `expires_at` datetime(3) DEFAULT NULL,
  `last_used_at` datetime(3) DEFAULT NULL,
  `revoked_at` datetime(3) DEFAULT NULL,
  PRIMARY KEY (`tenant_id`,`token_id`),
  UNIQUE KEY `api_tokens_hash` (`tenant_id`,`token_hash`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;

CREATE TABLE `audit_log` (
  `tenant_id` int(10) unsigned NOT NULL,
  `entry_id` binary(16) NOT NULL,
  `actor` varchar(64) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
  `action` varchar(64) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
  `target` varchar(200) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin DEFAULT NULL,
  `details` text NOT NULL,
  `occurred_at` datetime(3) NOT NULL,
  PRIMARY KEY (`tenant_id`,`entry_id`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;

CREATE TABLE `bulk_actions` (
  `tenant_id` int(10) unsigned NOT NULL,
  `bulk_id` binary(16) NOT NULL,
  `state` varchar(16) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
  `request` mediumtext CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
  `actor` varchar(128) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
  `requested_at` datetime(3) NOT NULL,
  `undoes_bulk_id` binary(16) DEFAULT NULL,
  `due_at` datetime(3) DEFAULT NULL,
  `claim` binary(16) DEFAULT NULL,
  `position` binary(16) DEFAULT NULL,
  `leads_total` int(10) unsigned NOT NULL DEFAULT 0,
  `leads_changed` int(10) unsigned NOT NULL DEFAULT 0,
  `leads_unchanged` int(10) unsigned NOT NULL DEFAULT 0,
  `leads_refused` int(10) unsigned NOT NULL DEFAULT 0,
  `reason` varchar(500) DEFAULT NULL,
  `finished_at` datetime(3) DEFAULT NULL,
  PRIMARY KEY (`tenant_id`,`bulk_id`),
  UNIQUE KEY `bulk_actions_one_undo` (`tenant_id`,`undoes_bulk_id`),
  KEY `bulk_actions_due` (`due_at`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;

CREATE TABLE `bulk_results` (
  `tenant_id` int(10) unsigned NOT NULL,
  `bulk_id` binary(16) NOT NULL,
  `lead_id` binary(16) NOT NULL,
  `result` varchar(16) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
  `sequence` int(10) unsigned DEFAULT NULL,
  `lead_before` varchar(1000) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin DEFAULT NULL,
  `code` varchar(64) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin DEFAULT NULL,
  `reason` varchar(500) DEFAULT NULL,
  PRIMARY KEY (`tenant_id`,`bulk_id`,`lead_id`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;

CREATE TABLE `consumer_cursor` (
  `group_id` varchar(128) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
  `topic` varchar(249) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
  `partition` int(10) unsigned NOT NULL,
  `next_offset` bigint(20) unsigned NOT NULL,
  `updated_at` datetime(3) NOT NULL,
  PRIMARY KEY (`group_id`,`topic`,`partition`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;

CREATE TABLE `contacts` (
  `tenant_id` int(10) unsigned NOT NULL,
  `contact_id` binary(16) NOT NULL,
  `name` varchar(500) DEFAULT NULL,
  `created_at` datetime(3) NOT NULL,
  PRIMARY KEY (`tenant_id`,`contact_id`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;

CREATE TABLE `contact_keys` (
  `tenant_id` int(10) unsigned NOT NULL,
  `key_hash` binary(32) NOT NULL,
  `kind` varchar(16) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
  `value` varchar(400) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
  `strength` varchar(16) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
  `contact_id` binary(16) NOT NULL,
  `claim` binary(16) NOT NULL,
  `created_at` datetime(3) NOT NULL,
  PRIMARY KEY (`tenant_id`,`key_hash`),
  KEY `contact_keys_contact` (`tenant_id`,`contact_id`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;

CREATE TABLE `cursor_gaps` (
  `group_id` varchar(128) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
  `topic` varchar(249) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
  `partition` int(10) unsigned NOT NULL,
  `first_offset` bigint(20) unsigned NOT NULL,
  `next_offset` bigint(20) unsigned NOT NULL,
  `found_at` datetime(3) NOT NULL,
  PRIMARY KEY (`group_id`,`topic`,`partition`,`first_offset`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;

CREATE TABLE `dead_letters` (
  `tenant_id` int(10) unsigned NOT NULL,
  `dead_letter_id` binary(16) NOT NULL,
  `worker` varchar(64) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
  `topic` varchar(249) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
  `partition` int(10) unsigned NOT NULL,
  `offset` bigint(20) unsigned NOT NULL,
  `code` varchar(64) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
  `reason` varchar(1000) NOT NULL,
  `record_key` mediumblob DEFAULT NULL,
  `record_value` mediumblob DEFAULT NULL,
  `record_headers` mediumtext NOT NULL,
  `record_at` datetime(3) NOT NULL,
  `state` varchar(16) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
  `parked_at` datetime(3) NOT NULL,
  `replayed_at` datetime(3) DEFAULT NULL,
  `relay_pending` tinyint(4) DEFAULT NULL,
  `settled_by` varchar(128) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin DEFAULT NULL,
  `settled_reason` varchar(500) DEFAULT NULL,
  PRIMARY KEY (`tenant_id`,`dead_letter_id`),
  KEY `dead_letters_state` (`state`,`tenant_id`,`parked_at`),
  KEY `dead_letters_pending` (`relay_pending`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;

CREATE TABLE `event_counts` (
  `tenant_id` int(10) unsigned NOT NULL,
  `worker` varchar(64) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
  `topic` varchar(249) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
  `partition` int(10) unsigned NOT NULL,
  `source` varchar(64) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
  `hour` datetime(3) NOT NULL,
  `outcome` varchar(32) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
  `events` bigint(20) unsigned NOT NULL,
  PRIMARY KEY (`tenant_id`,`worker`,`topic`,`partition`,`source`,`hour`,`outcome`),
  KEY `event_counts_hour` (`tenant_id`,`hour`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;

CREATE TABLE `exports` (
  `tenant_id` int(10) unsigned NOT NULL,
  `export_id` binary(16) NOT NULL,
  `state` varchar(16) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
  `request` mediumtext CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
  `requested_by` varchar(128) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
  `requested_at` datetime(3) NOT NULL,
  `due_at` datetime(3) DEFAULT NULL,
  `claim` binary(16) DEFAULT NULL,
  `attempts` int(10) unsigned NOT NULL DEFAULT 0,
  `rows_total` int(10) unsigned DEFAULT NULL,
  `rows_done` int(10) unsigned NOT NULL DEFAULT 0,
  `file_bytes` bigint(20) unsigned NOT NULL DEFAULT 0,
  `manifest` mediumtext CHARACTER SET utf8mb4 COLLATE utf8mb4_bin DEFAULT NULL,
  `reason` varchar(500) DEFAULT NULL,
  `finished_at` datetime(3) DEFAULT NULL,
  PRIMARY KEY (`tenant_id`,`export_id`),
  KEY `exports_due` (`due_at`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;

CREATE TABLE `export_parts` (
  `tenant_id` int(10) unsigned NOT NULL,
  `export_id` binary(16) NOT NULL,
  `part` int(10) unsigned NOT NULL,
  `content` mediumblob NOT NULL,
  PRIMARY KEY (`tenant_id`,`export_id`,`part`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;

CREATE TABLE `follow_ups` (
  `tenant_id` int(10) unsigned NOT NULL,
  `follow_up_id` binary(16) NOT NULL,
  `lead_id` binary(16) NOT NULL,
  `state` varchar(16) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
  `due_at` datetime(3) NOT NULL,
  `note` text NOT NULL,
  `agent` varchar(64) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin DEFAULT NULL,
  `remind_at` datetime(3) DEFAULT NULL,
  `reminder_due_at` datetime(3) DEFAULT NULL,
  `reminded_at` datetime(3) DEFAULT NULL,
  `sequence` int(10) unsigned NOT NULL,
  `author` varchar(128) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
  `created_at` datetime(3) NOT NULL,
  `settled_at` datetime(3) DEFAULT NULL,
  `settled_by` varchar(128) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin DEFAULT NULL,
  PRIMARY KEY (`tenant_id`,`follow_up_id`),
  KEY `follow_ups_lead` (`tenant_id`,`lead_id`),
  KEY `follow_ups_due` (`tenant_id`,`state`,`due_at`),
  KEY `follow_ups_agent` (`tenant_id`,`agent`,`state`,`due_at`),
  KEY `follow_ups_reminder` (`reminder_due_at`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;

CREATE TABLE `idempotency_keys` (
  `tenant_id` int(10) unsigned NOT NULL,
  `key_hash` binary(32) NOT NULL,
  `request_hash` binary(32) NOT NULL,
  `status` smallint(5) unsigned NOT NULL,
  `response` mediumtext NOT NULL,
  `created_at` datetime(3) NOT NULL,
  PRIMARY KEY (`tenant_id`,`key_hash`),
  KEY `idempotency_keys_created` (`created_at`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;

CREATE TABLE `key_conflicts` (
  `tenant_id` int(10) unsigned NOT NULL,
  `event_hash` binary(32) NOT NULL,
  `key_hash` binary(32) NOT NULL,
  `contact_id` binary(16) NOT NULL,
  `other_contact_id` binary(16) NOT NULL,
  `found_at` datetime(3) NOT NULL,
  PRIMARY KEY (`tenant_id`,`event_hash`,`key_hash`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;

CREATE TABLE `leads` (
  `tenant_id` int(10) unsigned NOT NULL,
  `lead_id` binary(16) NOT NULL,
  `contact_id` binary(16) NOT NULL,
  `status` varchar(64) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
  `active` tinyint(4) NOT NULL,
  `active_contact_id` binary(16) GENERATED ALWAYS AS (if(`active` = 1,`contact_id`,NULL)) STORED,
  `sequence` int(10) unsigned NOT NULL,
  `score` tinyint(3) unsigned NOT NULL DEFAULT 0,
  `tag` varchar(32) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
  `tags` varchar(500) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
  `assignee` varchar(64) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin DEFAULT NULL,
  `previous_lead_id` binary(16) DEFAULT NULL,
  `source` varchar(64) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
  `visitor_id` varchar(400) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin DEFAULT NULL,
  `conversation_id` varchar(400) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin DEFAULT NULL,
  `opened_at` datetime(3) NOT NULL,
  `last_activity_at` datetime(3) NOT NULL,
  PRIMARY KEY (`tenant_id`,`lead_id`),
  UNIQUE KEY `leads_one_active` (`tenant_id`,`active_contact_id`),
  KEY `leads_contact` (`tenant_id`,`contact_id`,`lead_id`),
  KEY `leads_status` (`tenant_id`,`status`,`lead_id`),
  KEY `leads_assignee` (`tenant_id`,`assignee`,`lead_id`),
  KEY `leads_score` (`tenant_id`,`score`,`lead_id`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;

CREATE TABLE `lead_events` (
  `tenant_id` int(10) unsigned NOT NULL,
  `aggregateid` binary(16) NOT NULL,
  `sequence` int(10) unsigned NOT NULL,
  `id` binary(16) NOT NULL,
  `aggregatetype` varchar(16) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL DEFAULT 'lead',
  `type` varchar(32) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
  `actor` varchar(128) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
  `occurred_at` datetime(3) NOT NULL,
  `recorded_at` datetime(3) NOT NULL,
  `payload` mediumtext NOT NULL,
  `pending_shard` smallint(5) unsigned DEFAULT NULL,
  `published_at` datetime(3) DEFAULT NULL,
  PRIMARY KEY (`tenant_id`,`aggregateid`,`sequence`),
  KEY `lead_events_pending` (`pending_shard`,`tenant_id`,`aggregateid`,`sequence`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;

CREATE TABLE `lead_notes` (
  `tenant_id` int(10) unsigned NOT NULL,
  `lead_id` binary(16) NOT NULL,
  `note_id` binary(16) NOT NULL,
  `sequence` int(10) unsigned NOT NULL,
  `author` varchar(128) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
  `text` text NOT NULL,
  `written_at` datetime(3) NOT NULL,
  PRIMARY KEY (`tenant_id`,`lead_id`,`note_id`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;

CREATE TABLE `lead_reads` (
  `tenant_id` int(10) unsigned NOT NULL,
  `user_id` binary(16) NOT NULL,
  `lead_id` binary(16) NOT NULL,
  `sequence` int(10) unsigned NOT NULL,
  `read_at` datetime(3) NOT NULL,
  PRIMARY KEY (`tenant_id`,`user_id`,`lead_id`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;

CREATE TABLE `lead_submissions` (
  `tenant_id` int(10) unsigned NOT NULL,
  `lead_id` binary(16) NOT NULL,
  `submission_id` binary(16) NOT NULL,
  `rule` varchar(32) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
  `key_hash` binary(32) DEFAULT NULL,
  `linked_at` datetime(3) NOT NULL,
  PRIMARY KEY (`tenant_id`,`lead_id`,`submission_id`),
  UNIQUE KEY `lead_submissions_once` (`tenant_id`,`submission_id`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;

CREATE TABLE `lead_tags` (
  `tenant_id` int(10) unsigned NOT NULL,
  `tag` varchar(32) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
  `lead_id` binary(16) NOT NULL,
  PRIMARY KEY (`tenant_id`,`tag`,`lead_id`),
  KEY `lead_tags_lead` (`tenant_id`,`lead_id`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;

CREATE TABLE `lead_terms` (
  `tenant_id` int(10) unsigned NOT NULL,
  `term` varchar(64) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
  `lead_id` binary(16) NOT NULL,
  `p3` varchar(3) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
  PRIMARY KEY (`tenant_id`,`term`,`lead_id`),
  KEY `lead_terms_p3` (`tenant_id`,`p3`,`lead_id`),
  KEY `lead_terms_lead` (`tenant_id`,`lead_id`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;

CREATE TABLE `mails` (
  `tenant_id` int(10) unsigned NOT NULL,
  `mail_id` binary(16) NOT NULL,
  `lead_id` binary(16) NOT NULL,
  `submission_id` binary(16) DEFAULT NULL,
  `sequence` int(10) unsigned NOT NULL,
  `template` varchar(32) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
  `recipient` varchar(254) NOT NULL,
  `state` varchar(16) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
  `attempts` int(10) unsigned NOT NULL DEFAULT 0,
  `message_id` varchar(254) NOT NULL,
  `reason` varchar(500) DEFAULT NULL,
  `claim` binary(16) DEFAULT NULL,
  `queued_at` datetime(3) NOT NULL,
  `due_at` datetime(3) DEFAULT NULL,
  `sent_at` datetime(3) DEFAULT NULL,
  PRIMARY KEY (`tenant_id`,`mail_id`),
  KEY `mails_lead` (`tenant_id`,`lead_id`),
  KEY `mails_due` (`due_at`),
  KEY `mails_claim` (`claim`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;

CREATE TABLE `orders` (
  `tenant_id` int(10) unsigned NOT NULL,
  `order_hash` binary(32) NOT NULL,
  `order_id` varchar(128) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
  `order_number` varchar(200) DEFAULT NULL,
  `status` varchar(32) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
  `total_minor` bigint(20) DEFAULT NULL,
  `currency` varchar(16) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin DEFAULT NULL,
  `content` mediumtext NOT NULL,
  `version` varchar(80) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
  `details_version` varchar(80) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
  `occurred_at` datetime(3) NOT NULL,
  PRIMARY KEY (`tenant_id`,`order_hash`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;

CREATE TABLE `order_keys` (
  `tenant_id` int(10) unsigned NOT NULL,
  `key_hash` binary(32) NOT NULL,
  `order_hash` binary(32) NOT NULL,
  PRIMARY KEY (`tenant_id`,`key_hash`,`order_hash`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;

CREATE TABLE `receipts` (
  `tenant_id` int(10) unsigned NOT NULL,
  `message_hash` binary(32) NOT NULL,
  `attempt` int(10) unsigned NOT NULL,
  `message_id` varchar(255) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
  `recipient_key` binary(32) DEFAULT NULL,
  `progress` tinyint(3) unsigned NOT NULL,
  `sent_at` datetime(3) DEFAULT NULL,
  `delivered_at` datetime(3) DEFAULT NULL,
  `read_at` datetime(3) DEFAULT NULL,
  `failed_at` datetime(3) DEFAULT NULL,
  `received_at` datetime(3) NOT NULL,
  `broadcast_id` varchar(200) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin DEFAULT NULL,
  `campaign_id` varchar(200) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin DEFAULT NULL,
  `campaign_name` varchar(200) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin DEFAULT NULL,
  `template_id` varchar(200) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin DEFAULT NULL,
  `template_name` varchar(200) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin DEFAULT NULL,
  `template_language` varchar(200) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin DEFAULT NULL,
  `error_code` varchar(200) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin DEFAULT NULL,
  `error_title` varchar(400) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin DEFAULT NULL,
  PRIMARY KEY (`tenant_id`,`message_hash`,`attempt`),
  KEY `receipts_recipient` (`tenant_id`,`recipient_key`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;

CREATE TABLE `replays` (
  `tenant_id` int(10) unsigned NOT NULL,
  `replay_id` binary(16) NOT NULL,
  `state` varchar(16) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
  `author` varchar(128) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
  `reason` varchar(500) NOT NULL,
  `from_at` datetime(3) DEFAULT NULL,
  `to_at` datetime(3) DEFAULT NULL,
  `lead_id` binary(16) DEFAULT NULL,
  `from_sequence` int(10) unsigned DEFAULT NULL,
  `to_sequence` int(10) unsigned DEFAULT NULL,
  `at_lead_id` binary(16) NOT NULL,
  `at_sequence` int(10) unsigned NOT NULL,
  `looked_at` bigint(20) unsigned NOT NULL,
  `published` bigint(20) unsigned NOT NULL,
  `created_at` datetime(3) NOT NULL,
  `settled_at` datetime(3) DEFAULT NULL,
  PRIMARY KEY (`tenant_id`,`replay_id`),
  KEY `replays_state` (`state`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;

CREATE TABLE `saved_views` (
  `tenant_id` int(10) unsigned NOT NULL,
  `view_id` binary(16) NOT NULL,
  `owner` varchar(128) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
  `name` varchar(100) NOT NULL,
  `query` varchar(4000) NOT NULL,
  `shared` tinyint(4) NOT NULL,
  `created_at` datetime(3) NOT NULL,
  `changed_at` datetime(3) NOT NULL,
  PRIMARY KEY (`tenant_id`,`view_id`),
  KEY `saved_views_owner` (`tenant_id`,`owner`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;

CREATE TABLE `score_lines` (
  `tenant_id` int(10) unsigned NOT NULL,
  `lead_id` binary(16) NOT NULL,
  `rule` varchar(64) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
  `evidence` varchar(160) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
  `version` int(10) unsigned NOT NULL,
  `points` smallint(6) NOT NULL,
  `sequence` int(10) unsigned NOT NULL,
  `scored_at` datetime(3) NOT NULL,
  `author` varchar(128) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin DEFAULT NULL,
  `reason` varchar(500) DEFAULT NULL,
  PRIMARY KEY (`tenant_id`,`lead_id`,`rule`,`evidence`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;

CREATE TABLE `seen_events` (
  `tenant_id` int(10) unsigned NOT NULL,
  `event_hash` binary(32) NOT NULL,
  `payload_hash` binary(16) NOT NULL,
  `claim` binary(16) NOT NULL,
  `occurred_at` datetime(3) NOT NULL,
  `seen_at` datetime(3) NOT NULL,
  PRIMARY KEY (`tenant_id`,`event_hash`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;

CREATE TABLE `sessions` (
  `tenant_id` int(10) unsigned NOT NULL,
  `session_hash` binary(32) NOT NULL,
  `user_id` binary(16) NOT NULL,
  `created_at` datetime(3) NOT NULL,
  `last_seen_at` datetime(3) NOT NULL,
  `expires_at` datetime(3) NOT NULL,
  PRIMARY KEY (`tenant_id`,`session_hash`),
  KEY `sessions_user` (`tenant_id`,`user_id`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;

CREATE TABLE `shard_leases` (
  `lease` varchar(64) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
  `shard` smallint(5) unsigned NOT NULL,
  `owner` varchar(64) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin DEFAULT NULL,
  `fencing_token` bigint(20) unsigned NOT NULL,
  `expires_at` datetime(3) NOT NULL,
  PRIMARY KEY (`lease`,`shard`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;

CREATE TABLE `shared_secrets` (
  `name` varchar(64) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
  `secret` binary(32) NOT NULL,
  `made_at` datetime(3) NOT NULL,
  PRIMARY KEY (`name`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;

CREATE TABLE `sign_in_failures` (
  `tenant_id` int(10) unsigned NOT NULL,
  `key_hash` binary(32) NOT NULL,
  `failures` int(10) unsigned NOT NULL,
  `last_failed_at` datetime(3) NOT NULL,
  `blocked_until` datetime(3) NOT NULL,
  PRIMARY KEY (`tenant_id`,`key_hash`),
  KEY `sign_in_failures_age` (`tenant_id`,`last_failed_at`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;

CREATE TABLE `submissions` (
  `tenant_id` int(10) unsigned NOT NULL,
  `submission_id` binary(16) NOT NULL,
  `event_hash` binary(32) NOT NULL,
  `contact_id` binary(16) NOT NULL,
  `tag` varchar(32) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
  `source` varchar(64) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
  `event_id` varchar(128) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
  `topic` varchar(64) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
  `occurred_at` datetime(3) NOT NULL,
  `received_at` datetime(3) NOT NULL,
  `content` mediumtext NOT NULL,
  PRIMARY KEY (`tenant_id`,`submission_id`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;

CREATE TABLE `tenants` (
  `tenant_id` int(10) unsigned NOT NULL,
  `slug` varchar(64) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
  `name` varchar(200) NOT NULL,
  `workflow` varchar(64) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
  `region` char(2) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
  `timezone` varchar(64) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL DEFAULT 'UTC',
  `mail_to` varchar(254) DEFAULT NULL,
  `created_at` datetime(3) NOT NULL,
  `plan` varchar(16) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL DEFAULT 'boost',
  `on_closed` varchar(16) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL DEFAULT 'new_lead',
  PRIMARY KEY (`tenant_id`),
  UNIQUE KEY `tenants_slug` (`slug`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;

CREATE TABLE `users` (
  `tenant_id` int(10) unsigned NOT NULL,
  `user_id` binary(16) NOT NULL,
  `email` varchar(254) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
  `name` varchar(200) NOT NULL,
  `role` varchar(16) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
  `state` varchar(16) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
  `password_hash` varchar(255) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin DEFAULT NULL,
  `created_at` datetime(3) NOT NULL,
  `last_signed_in_at` datetime(3) DEFAULT NULL,
  PRIMARY KEY (`tenant_id`,`user_id`),
  UNIQUE KEY `users_email` (`tenant_id`,`email`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;

CREATE TABLE `user_identities` (
  `tenant_id` int(10) unsigned NOT NULL,
  `identity_hash` binary(32) NOT NULL,
  `user_id` binary(16) NOT NULL,
  `issuer` varchar(500) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
  `linked_at` datetime(3) NOT NULL,
  PRIMARY KEY (`tenant_id`,`identity_hash`),
  KEY `user_identities_user` (`tenant_id`,`user_id`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;

CREATE TABLE `user_tickets` (
  `tenant_id` int(10) unsigned NOT NULL,
  `ticket_hash` binary(32) NOT NULL,
  `kind` varchar(16) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
  `user_id` binary(16) NOT NULL,
  `created_at` datetime(3) NOT NULL,
  `expires_at` datetime(3) NOT NULL,
  `used_at` datetime(3) DEFAULT NULL,
  PRIMARY KEY (`tenant_id`,`ticket_hash`),
  KEY `user_tickets_user` (`tenant_id`,`user_id`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;

CREATE TABLE `webhooks` (
  `tenant_id` int(10) unsigned NOT NULL,
  `webhook_id` binary(16) NOT NULL,
  `url` varchar(2000) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
  `description` varchar(200) NOT NULL,
  `types` varchar(1000) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
  `secret` varchar(128) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
  `previous_secret` varchar(128) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin DEFAULT NULL,
  `previous_until` datetime(3) DEFAULT NULL,
  `state` varchar(16) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
  `reason` varchar(32) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin DEFAULT NULL,
  `note` varchar(500) DEFAULT NULL,
  `failures` int(10) unsigned NOT NULL DEFAULT 0,
  `failing_since` datetime(3) DEFAULT NULL,
  `hold_until` datetime(3) DEFAULT NULL,
  `notice_due_at` datetime(3) DEFAULT NULL,
  `created_by` varchar(128) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
  `created_at` datetime(3) NOT NULL,
  `changed_at` datetime(3) NOT NULL,
  PRIMARY KEY (`tenant_id`,`webhook_id`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;

CREATE TABLE `webhook_attempts` (
  `tenant_id` int(10) unsigned NOT NULL,
  `delivery_id` binary(16) NOT NULL,
  `attempt` int(10) unsigned NOT NULL,
  `tried_at` datetime(3) NOT NULL,
  `status` smallint(5) unsigned DEFAULT NULL,
  `error` varchar(32) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin DEFAULT NULL,
  `response_ms` int(10) unsigned DEFAULT NULL,
  `response` varchar(500) DEFAULT NULL,
  PRIMARY KEY (`tenant_id`,`delivery_id`,`attempt`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;

CREATE TABLE `webhook_deliveries` (
  `tenant_id` int(10) unsigned NOT NULL,
  `delivery_id` binary(16) NOT NULL,
  `webhook_id` binary(16) NOT NULL,
  `event_id` binary(16) NOT NULL,
  `lead_id` binary(16) DEFAULT NULL,
  `sequence` int(10) unsigned NOT NULL,
  `type` varchar(64) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
  `payload` mediumtext NOT NULL,
  `state` varchar(16) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
  `attempts` int(10) unsigned NOT NULL DEFAULT 0,
  `tries` int(10) unsigned NOT NULL DEFAULT 0,
  `claim` binary(16) DEFAULT NULL,
  `queued_at` datetime(3) NOT NULL,
  `due_at` datetime(3) DEFAULT NULL,
  `settled_at` datetime(3) DEFAULT NULL,
  `last_status` smallint(5) unsigned DEFAULT NULL,
  `last_error` varchar(32) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin DEFAULT NULL,
  `last_ms` int(10) unsigned DEFAULT NULL,
  PRIMARY KEY (`tenant_id`,`delivery_id`),
  KEY `webhook_deliveries_due` (`tenant_id`,`webhook_id`,`state`,`due_at`),
  KEY `webhook_deliveries_log` (`tenant_id`,`webhook_id`,`queued_at`),
  KEY `webhook_deliveries_state` (`tenant_id`,`webhook_id`,`state`,`queued_at`),
  KEY `webhook_deliveries_lead` (`tenant_id`,`lead_id`,`webhook_id`,`sequence`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;

CREATE TABLE `workflows` (
  `tenant_id` int(10) unsigned NOT NULL,
  `name` varchar(64) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
  `definition` mediumtext NOT NULL,
  `changed_at` datetime(3) NOT NULL,
  PRIMARY KEY (`tenant_id`,`name`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;
