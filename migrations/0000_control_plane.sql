CREATE TABLE `acls` (
	`group_id` text NOT NULL,
	`id` text NOT NULL,
	`consumer_id` text NOT NULL,
	`group` text NOT NULL,
	`tags` text,
	`created_at` integer NOT NULL,
	PRIMARY KEY(`group_id`, `id`),
	FOREIGN KEY (`group_id`) REFERENCES `runtime_groups`(`id`) ON UPDATE no action ON DELETE no action,
	FOREIGN KEY (`group_id`,`consumer_id`) REFERENCES `consumers`(`group_id`,`id`) ON UPDATE no action ON DELETE no action
);
--> statement-breakpoint
CREATE INDEX `acls_consumer_index` ON `acls` (`group_id`,`consumer_id`);--> statement-breakpoint
CREATE UNIQUE INDEX `acls_together_unique` ON `acls` (`group_id`,`consumer_id`,`group`);--> statement-breakpoint
CREATE TABLE `audit_entries` (
	`id` text PRIMARY KEY NOT NULL,
	`organization_id` text NOT NULL,
	`group_id` text,
	`actor_kind` text NOT NULL,
	`actor_id` text NOT NULL,
	`actor_name` text NOT NULL,
	`action` text NOT NULL,
	`target_kind` text NOT NULL,
	`target_id` text NOT NULL,
	`target_name` text,
	`detail` text,
	`at` text NOT NULL
);
--> statement-breakpoint
CREATE INDEX `audit_entries_organization_index` ON `audit_entries` (`organization_id`,`id`);--> statement-breakpoint
CREATE INDEX `audit_entries_group_index` ON `audit_entries` (`group_id`,`id`);--> statement-breakpoint
CREATE TABLE `ca_certificates` (
	`group_id` text NOT NULL,
	`id` text NOT NULL,
	`cert` text NOT NULL,
	`cert_digest` text,
	`tags` text,
	`created_at` integer NOT NULL,
	`updated_at` integer NOT NULL,
	PRIMARY KEY(`group_id`, `id`),
	FOREIGN KEY (`group_id`) REFERENCES `runtime_groups`(`id`) ON UPDATE no action ON DELETE no action
);
--> statement-breakpoint
CREATE UNIQUE INDEX `ca_certificates_cert_digest_unique` ON `ca_certificates` (`group_id`,`cert_digest`);--> statement-breakpoint
CREATE TABLE `certificates` (
	`group_id` text NOT NULL,
	`id` text NOT NULL,
	`cert` text NOT NULL,
	`key` text NOT NULL,
	`key_digest` text,
	`cert_alt` text,
	`key_alt` text,
	`key_alt_digest` text,
	`tags` text,
	`created_at` integer NOT NULL,
	`updated_at` integer NOT NULL,
	PRIMARY KEY(`group_id`, `id`),
	FOREIGN KEY (`group_id`) REFERENCES `runtime_groups`(`id`) ON UPDATE no action ON DELETE no action
);
--> statement-breakpoint
CREATE TABLE `config_changes` (
	`sequence` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`group_id` text NOT NULL,
	`actor` text NOT NULL,
	`kind` text NOT NULL,
	`entity_id` text NOT NULL,
	`action` text NOT NULL,
	`before` text,
	`after` text,
	`at` text NOT NULL
);
--> statement-breakpoint
CREATE INDEX `config_changes_group_index` ON `config_changes` (`group_id`,`sequence`);--> statement-breakpoint
CREATE TABLE `consumers` (
	`group_id` text NOT NULL,
	`id` text NOT NULL,
	`username` text,
	`custom_id` text,
	`tags` text,
	`created_at` integer NOT NULL,
	`updated_at` integer NOT NULL,
	PRIMARY KEY(`group_id`, `id`),
	FOREIGN KEY (`group_id`) REFERENCES `runtime_groups`(`id`) ON UPDATE no action ON DELETE no action
);
--> statement-breakpoint
CREATE UNIQUE INDEX `consumers_username_unique` ON `consumers` (`group_id`,`username`);--> statement-breakpoint
CREATE UNIQUE INDEX `consumers_custom_id_unique` ON `consumers` (`group_id`,`custom_id`);--> statement-breakpoint
CREATE TABLE `keyauth_credentials` (
	`group_id` text NOT NULL,
	`id` text NOT NULL,
	`consumer_id` text NOT NULL,
	`key` text,
	`key_digest` text,
	`tags` text,
	`created_at` integer NOT NULL,
	PRIMARY KEY(`group_id`, `id`),
	FOREIGN KEY (`group_id`) REFERENCES `runtime_groups`(`id`) ON UPDATE no action ON DELETE no action,
	FOREIGN KEY (`group_id`,`consumer_id`) REFERENCES `consumers`(`group_id`,`id`) ON UPDATE no action ON DELETE no action
);
--> statement-breakpoint
CREATE UNIQUE INDEX `keyauth_credentials_key_unique` ON `keyauth_credentials` (`group_id`,`key_digest`);--> statement-breakpoint
CREATE INDEX `keyauth_credentials_consumer_index` ON `keyauth_credentials` (`group_id`,`consumer_id`);--> statement-breakpoint
CREATE TABLE `plugins` (
	`group_id` text NOT NULL,
	`id` text NOT NULL,
	`name` text NOT NULL,
	`instance_name` text,
	`route_id` text,
	`service_id` text,
	`consumer_id` text,
	`config` text,
	`protocols` text,
	`enabled` integer,
	`tags` text,
	`created_at` integer NOT NULL,
	`updated_at` integer NOT NULL,
	PRIMARY KEY(`group_id`, `id`),
	FOREIGN KEY (`group_id`) REFERENCES `runtime_groups`(`id`) ON UPDATE no action ON DELETE no action,
	FOREIGN KEY (`group_id`,`route_id`) REFERENCES `routes`(`group_id`,`id`) ON UPDATE no action ON DELETE no action,
	FOREIGN KEY (`group_id`,`service_id`) REFERENCES `services`(`group_id`,`id`) ON UPDATE no action ON DELETE no action,
	FOREIGN KEY (`group_id`,`consumer_id`) REFERENCES `consumers`(`group_id`,`id`) ON UPDATE no action ON DELETE no action
);
--> statement-breakpoint
CREATE UNIQUE INDEX `plugins_instance_name_unique` ON `plugins` (`group_id`,`instance_name`);--> statement-breakpoint
CREATE INDEX `plugins_route_index` ON `plugins` (`group_id`,`route_id`);--> statement-breakpoint
CREATE INDEX `plugins_service_index` ON `plugins` (`group_id`,`service_id`);--> statement-breakpoint
CREATE INDEX `plugins_consumer_index` ON `plugins` (`group_id`,`consumer_id`);--> statement-breakpoint
CREATE UNIQUE INDEX `plugins_together_unique` ON `plugins` (`group_id`,`name`,case when "service_id" is null then '' else "service_id" end,case when "route_id" is null then '' else "route_id" end,case when "consumer_id" is null then '' else "consumer_id" end);--> statement-breakpoint
CREATE TABLE `routes` (
	`group_id` text NOT NULL,
	`id` text NOT NULL,
	`name` text,
	`protocols` text,
	`https_redirect_status_code` integer,
	`strip_path` integer,
	`preserve_host` integer,
	`request_buffering` integer,
	`response_buffering` integer,
	`tags` text,
	`service_id` text,
	`snis` text,
	`sources` text,
	`destinations` text,
	`methods` text,
	`hosts` text,
	`paths` text,
	`headers` text,
	`regex_priority` integer,
	`path_handling` text,
	`created_at` integer NOT NULL,
	`updated_at` integer NOT NULL,
	PRIMARY KEY(`group_id`, `id`),
	FOREIGN KEY (`group_id`) REFERENCES `runtime_groups`(`id`) ON UPDATE no action ON DELETE no action,
	FOREIGN KEY (`group_id`,`service_id`) REFERENCES `services`(`group_id`,`id`) ON UPDATE no action ON DELETE no action
);
--> statement-breakpoint
CREATE UNIQUE INDEX `routes_name_unique` ON `routes` (`group_id`,`name`);--> statement-breakpoint
CREATE INDEX `routes_service_index` ON `routes` (`group_id`,`service_id`);--> statement-breakpoint
CREATE TABLE `services` (
	`group_id` text NOT NULL,
	`id` text NOT NULL,
	`name` text,
	`retries` integer,
	`protocol` text,
	`host` text NOT NULL,
	`port` integer,
	`path` text,
	`connect_timeout` integer,
	`write_timeout` integer,
	`read_timeout` integer,
	`tags` text,
	`client_certificate_id` text,
	`tls_verify` integer,
	`tls_verify_depth` integer,
	`ca_certificates` text,
	`enabled` integer,
	`created_at` integer NOT NULL,
	`updated_at` integer NOT NULL,
	PRIMARY KEY(`group_id`, `id`),
	FOREIGN KEY (`group_id`) REFERENCES `runtime_groups`(`id`) ON UPDATE no action ON DELETE no action,
	FOREIGN KEY (`group_id`,`client_certificate_id`) REFERENCES `certificates`(`group_id`,`id`) ON UPDATE no action ON DELETE no action
);
--> statement-breakpoint
CREATE UNIQUE INDEX `services_name_unique` ON `services` (`group_id`,`name`);--> statement-breakpoint
CREATE INDEX `services_client_certificate_index` ON `services` (`group_id`,`client_certificate_id`);--> statement-breakpoint
CREATE TABLE `snis` (
	`group_id` text NOT NULL,
	`id` text NOT NULL,
	`name` text NOT NULL,
	`certificate_id` text NOT NULL,
	`tags` text,
	`created_at` integer NOT NULL,
	`updated_at` integer NOT NULL,
	PRIMARY KEY(`group_id`, `id`),
	FOREIGN KEY (`group_id`) REFERENCES `runtime_groups`(`id`) ON UPDATE no action ON DELETE no action,
	FOREIGN KEY (`group_id`,`certificate_id`) REFERENCES `certificates`(`group_id`,`id`) ON UPDATE no action ON DELETE no action
);
--> statement-breakpoint
CREATE UNIQUE INDEX `snis_name_unique` ON `snis` (`group_id`,`name`);--> statement-breakpoint
CREATE INDEX `snis_certificate_index` ON `snis` (`group_id`,`certificate_id`);--> statement-breakpoint
CREATE TABLE `targets` (
	`group_id` text NOT NULL,
	`id` text NOT NULL,
	`upstream_id` text NOT NULL,
	`target` text NOT NULL,
	`weight` integer,
	`tags` text,
	`created_at` integer NOT NULL,
	`updated_at` integer NOT NULL,
	PRIMARY KEY(`group_id`, `id`),
	FOREIGN KEY (`group_id`) REFERENCES `runtime_groups`(`id`) ON UPDATE no action ON DELETE no action,
	FOREIGN KEY (`group_id`,`upstream_id`) REFERENCES `upstreams`(`group_id`,`id`) ON UPDATE no action ON DELETE no action
);
--> statement-breakpoint
CREATE INDEX `targets_upstream_index` ON `targets` (`group_id`,`upstream_id`);--> statement-breakpoint
CREATE UNIQUE INDEX `targets_together_unique` ON `targets` (`group_id`,`upstream_id`,`target`);--> statement-breakpoint
CREATE TABLE `upstreams` (
	`group_id` text NOT NULL,
	`id` text NOT NULL,
	`name` text NOT NULL,
	`algorithm` text,
	`hash_on` text,
	`hash_fallback` text,
	`hash_on_header` text,
	`hash_fallback_header` text,
	`hash_on_cookie` text,
	`hash_on_cookie_path` text,
	`hash_on_query_arg` text,
	`hash_fallback_query_arg` text,
	`hash_on_uri_capture` text,
	`hash_fallback_uri_capture` text,
	`slots` integer,
	`healthchecks` text,
	`tags` text,
	`host_header` text,
	`client_certificate_id` text,
	`use_srv_name` integer,
	`created_at` integer NOT NULL,
	`updated_at` integer NOT NULL,
	PRIMARY KEY(`group_id`, `id`),
	FOREIGN KEY (`group_id`) REFERENCES `runtime_groups`(`id`) ON UPDATE no action ON DELETE no action,
	FOREIGN KEY (`group_id`,`client_certificate_id`) REFERENCES `certificates`(`group_id`,`id`) ON UPDATE no action ON DELETE no action
);
--> statement-breakpoint
CREATE UNIQUE INDEX `upstreams_name_unique` ON `upstreams` (`group_id`,`name`);--> statement-breakpoint
CREATE INDEX `upstreams_client_certificate_index` ON `upstreams` (`group_id`,`client_certificate_id`);--> statement-breakpoint
CREATE TABLE `accounts` (
	`id` text PRIMARY KEY NOT NULL,
	`user_id` text NOT NULL,
	`provider_id` text NOT NULL,
	`account_id` text NOT NULL,
	`password` text,
	`access_token` text,
	`refresh_token` text,
	`id_token` text,
	`access_token_expires_at` integer,
	`refresh_token_expires_at` integer,
	`scope` text,
	`created_at` integer NOT NULL,
	`updated_at` integer NOT NULL,
	FOREIGN KEY (`user_id`) REFERENCES `users`(`id`) ON UPDATE no action ON DELETE no action
);
--> statement-breakpoint
CREATE INDEX `accounts_user` ON `accounts` (`user_id`);--> statement-breakpoint
CREATE UNIQUE INDEX `accounts_provider` ON `accounts` (`provider_id`,`account_id`);--> statement-breakpoint
CREATE TABLE `organizations` (
	`id` text PRIMARY KEY NOT NULL,
	`name` text NOT NULL,
	`created_at` text NOT NULL
);
--> statement-breakpoint
CREATE TABLE `sessions` (
	`id` text PRIMARY KEY NOT NULL,
	`user_id` text NOT NULL,
	`token` text NOT NULL,
	`ip_address` text,
	`user_agent` text,
	`expires_at` integer NOT NULL,
	`created_at` integer NOT NULL,
	`updated_at` integer NOT NULL,
	FOREIGN KEY (`user_id`) REFERENCES `users`(`id`) ON UPDATE no action ON DELETE no action
);
--> statement-breakpoint
CREATE UNIQUE INDEX `sessions_token` ON `sessions` (`token`);--> statement-breakpoint
CREATE INDEX `sessions_user` ON `sessions` (`user_id`);--> statement-breakpoint
CREATE TABLE `sign_in_attempts` (
	`key` text PRIMARY KEY NOT NULL,
	`count` integer NOT NULL,
	`resets_at` integer NOT NULL
);
--> statement-breakpoint
CREATE INDEX `sign_in_attempts_resets` ON `sign_in_attempts` (`resets_at`);--> statement-breakpoint
CREATE TABLE `tokens` (
	`id` text PRIMARY KEY NOT NULL,
	`organization_id` text NOT NULL,
	`user_id` text NOT NULL,
	`name` text NOT NULL,
	`role` text NOT NULL,
	`digest` text NOT NULL,
	`created_at` text NOT NULL,
	`expires_at` text,
	`last_used_at` text,
	FOREIGN KEY (`organization_id`) REFERENCES `organizations`(`id`) ON UPDATE no action ON DELETE no action,
	FOREIGN KEY (`user_id`) REFERENCES `users`(`id`) ON UPDATE no action ON DELETE no action
);
--> statement-breakpoint
CREATE UNIQUE INDEX `tokens_digest` ON `tokens` (`digest`);--> statement-breakpoint
CREATE INDEX `tokens_organization` ON `tokens` (`organization_id`,`id`);--> statement-breakpoint
CREATE INDEX `tokens_user` ON `tokens` (`user_id`,`id`);--> statement-breakpoint
CREATE TABLE `users` (
	`id` text PRIMARY KEY NOT NULL,
	`organization_id` text NOT NULL,
	`name` text NOT NULL,
	`email` text NOT NULL,
	`email_verified` integer NOT NULL,
	`image` text,
	`role` text NOT NULL,
	`created_at` integer NOT NULL,
	`updated_at` integer NOT NULL,
	FOREIGN KEY (`organization_id`) REFERENCES `organizations`(`id`) ON UPDATE no action ON DELETE no action
);
--> statement-breakpoint
CREATE UNIQUE INDEX `users_email` ON `users` (`email`);--> statement-breakpoint
CREATE INDEX `users_organization` ON `users` (`organization_id`);--> statement-breakpoint
CREATE TABLE `verifications` (
	`id` text PRIMARY KEY NOT NULL,
	`identifier` text NOT NULL,
	`value` text NOT NULL,
	`expires_at` integer NOT NULL,
	`created_at` integer NOT NULL,
	`updated_at` integer NOT NULL
);
--> statement-breakpoint
CREATE INDEX `verifications_identifier` ON `verifications` (`identifier`);--> statement-breakpoint
CREATE TABLE `licences` (
	`id` text PRIMARY KEY NOT NULL,
	`organization_id` text NOT NULL,
	`plan` text NOT NULL,
	`entitlements` text NOT NULL,
	`issued_at` text NOT NULL,
	`expires_at` text
);
--> statement-breakpoint
CREATE UNIQUE INDEX `licences_organization` ON `licences` (`organization_id`);--> statement-breakpoint
CREATE TABLE `nodes` (
	`id` text PRIMARY KEY NOT NULL,
	`group_id` text NOT NULL,
	`hostname` text NOT NULL,
	`host` text NOT NULL,
	`version` text NOT NULL,
	`token_digest` text NOT NULL,
	`created_at` text NOT NULL,
	`registered_at` text NOT NULL,
	FOREIGN KEY (`group_id`) REFERENCES `runtime_groups`(`id`) ON UPDATE no action ON DELETE no action
);
--> statement-breakpoint
CREATE INDEX `nodes_group` ON `nodes` (`group_id`,`created_at`,`id`);--> statement-breakpoint
CREATE TABLE `registration_tokens` (
	`id` text PRIMARY KEY NOT NULL,
	`group_id` text NOT NULL,
	`name` text NOT NULL,
	`digest` text NOT NULL,
	`created_by` text NOT NULL,
	`created_at` text NOT NULL,
	`expires_at` text,
	`last_used_at` text,
	FOREIGN KEY (`group_id`) REFERENCES `runtime_groups`(`id`) ON UPDATE no action ON DELETE no action
);
--> statement-breakpoint
CREATE INDEX `registration_tokens_group` ON `registration_tokens` (`group_id`,`created_at`,`id`);--> statement-breakpoint
CREATE TABLE `runtime_groups` (
	`id` text PRIMARY KEY NOT NULL,
	`organization_id` text NOT NULL,
	`name` text NOT NULL,
	`description` text,
	`labels` text NOT NULL,
	`settings` text NOT NULL,
	`sealing_key` text NOT NULL,
	`created_at` text NOT NULL,
	`updated_at` text NOT NULL
);
--> statement-breakpoint
CREATE UNIQUE INDEX `runtime_groups_name` ON `runtime_groups` (`organization_id`,`name`);--> statement-breakpoint
CREATE TABLE `signing_keys` (
	`kid` text PRIMARY KEY NOT NULL,
	`organization_id` text NOT NULL,
	`state` text NOT NULL,
	`public_jwk` text NOT NULL,
	`private_jwk` text NOT NULL,
	`created_at` text NOT NULL
);
--> statement-breakpoint
CREATE UNIQUE INDEX `signing_keys_state` ON `signing_keys` (`organization_id`,`state`) WHERE "signing_keys"."state" <> 'retired';