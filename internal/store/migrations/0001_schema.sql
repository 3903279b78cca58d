-- One schema for SQLite and PostgreSQL. Times are milliseconds since 1970 UTC. On
-- PostgreSQL "blob" is a domain over bytea that Open creates first.

-- +goose Up
CREATE TABLE installations (
	id      BIGINT PRIMARY KEY,
	account TEXT   NOT NULL,
	state   TEXT   NOT NULL, -- active | suspended | deleted
	updated BIGINT NOT NULL
);

-- Keyed by id, never by name: repositories are renamed and transferred.
CREATE TABLE repositories (
	id              BIGINT PRIMARY KEY,
	installation_id BIGINT NOT NULL,
	owner           TEXT   NOT NULL,
	name            TEXT   NOT NULL,
	default_branch  TEXT   NOT NULL,
	public          TEXT   NOT NULL, -- yes | no | unstated
	state           TEXT   NOT NULL, -- active | removed
	updated         BIGINT NOT NULL
);
CREATE INDEX repositories_installation ON repositories (installation_id);
CREATE INDEX repositories_name ON repositories (owner, name);

CREATE TABLE deliveries (
	guid            TEXT   PRIMARY KEY,
	event           TEXT   NOT NULL,
	action          TEXT   NOT NULL,
	installation_id BIGINT NOT NULL,
	repository_id   BIGINT NOT NULL,
	received        BIGINT NOT NULL,
	state           TEXT   NOT NULL, -- queued | done
	attempts        BIGINT NOT NULL
);
CREATE INDEX deliveries_received ON deliveries (received);

-- What GitHub said a pull request is when it was last asked.
CREATE TABLE pulls (
	repository_id BIGINT NOT NULL,
	number        BIGINT NOT NULL,
	head_sha      TEXT   NOT NULL,
	base_ref      TEXT   NOT NULL,
	base_sha      TEXT   NOT NULL,
	state         TEXT   NOT NULL, -- open | closed
	updated       BIGINT NOT NULL,
	PRIMARY KEY (repository_id, number)
);

-- What deliveries said: this commit was the head of that pull request. They arrive in any
-- order, so a claim is a reason to ask GitHub and never an answer.
CREATE TABLE claims (
	repository_id BIGINT NOT NULL,
	head_sha      TEXT   NOT NULL,
	number        BIGINT NOT NULL,
	PRIMARY KEY (repository_id, head_sha, number)
);

CREATE TABLE merge_groups (
	repository_id BIGINT NOT NULL,
	head_sha      TEXT   NOT NULL,
	base_ref      TEXT   NOT NULL,
	base_sha      TEXT   NOT NULL,
	state         TEXT   NOT NULL, -- open | closed
	updated       BIGINT NOT NULL,
	PRIMARY KEY (repository_id, head_sha)
);

-- A head is a commit that somebody wants evaluated. wanted counts requests, done is the
-- request that was answered last: work is due while done < wanted.
CREATE TABLE heads (
	repository_id BIGINT NOT NULL,
	sha           TEXT   NOT NULL,
	wanted        BIGINT NOT NULL,
	done          BIGINT NOT NULL,
	force_id      TEXT   NOT NULL, -- what asked for a fresh evaluation, "" for nothing
	successor     TEXT   NOT NULL, -- the head that took its place, "" for none
	lease_owner   TEXT   NOT NULL,
	lease_until   BIGINT NOT NULL,
	updated       BIGINT NOT NULL,
	PRIMARY KEY (repository_id, sha)
);

CREATE TABLE evaluations (
	id            TEXT   PRIMARY KEY,
	repository_id BIGINT NOT NULL,
	head_sha      TEXT   NOT NULL,
	state         TEXT   NOT NULL, -- running | completed | superseded
	conclusion    TEXT   NOT NULL,
	created       BIGINT NOT NULL,
	completed     BIGINT NOT NULL
);
CREATE INDEX evaluations_head ON evaluations (repository_id, head_sha, created);

CREATE TABLE check_runs (
	external_id   TEXT   PRIMARY KEY,
	evaluation_id TEXT   NOT NULL,
	repository_id BIGINT NOT NULL,
	head_sha      TEXT   NOT NULL,
	name          TEXT   NOT NULL,
	run_id        BIGINT NOT NULL, -- 0 until the answer to its creation was stored
	status        TEXT   NOT NULL,
	conclusion    TEXT   NOT NULL,
	annotations   BIGINT NOT NULL, -- known to be there
	uncertain     BIGINT NOT NULL, -- 1 while a write was sent and not answered
	updated       BIGINT NOT NULL
);
CREATE INDEX check_runs_evaluation ON check_runs (evaluation_id);
CREATE INDEX check_runs_run ON check_runs (run_id);

-- Content-addressed, zstd. An input that many decisions rest on is kept once.
CREATE TABLE blobs (
	digest     TEXT   PRIMARY KEY, -- lower-case hex SHA-256 of the plain bytes
	size_bytes BIGINT NOT NULL,
	content    blob   NOT NULL
);

CREATE TABLE decisions (
	id               TEXT   PRIMARY KEY,
	time             BIGINT NOT NULL,
	repository_id    BIGINT NOT NULL,
	evaluation_id    TEXT   NOT NULL,
	target           TEXT   NOT NULL, -- pull/12, group/main, environment/prod, api
	mode             TEXT   NOT NULL, -- check | gate
	verdict          TEXT   NOT NULL,
	stages           TEXT   NOT NULL, -- comma-separated
	subject_name     TEXT   NOT NULL,
	subject_revision TEXT   NOT NULL,
	source_digest    TEXT   NOT NULL,
	policy_digest    TEXT   NOT NULL,
	version          TEXT   NOT NULL,
	decision         TEXT   NOT NULL, -- this and the following are digests in blobs, or ''
	input            TEXT   NOT NULL,
	base_input       TEXT   NOT NULL,
	bom              TEXT   NOT NULL,
	base_bom         TEXT   NOT NULL,
	record           TEXT   NOT NULL,
	context          TEXT   NOT NULL
);
CREATE INDEX decisions_time ON decisions (time, id);
CREATE INDEX decisions_repository ON decisions (repository_id, time);
CREATE INDEX decisions_evaluation ON decisions (evaluation_id);
CREATE INDEX decisions_source ON decisions (source_digest);

CREATE TABLE lineage_nodes (
	digest TEXT PRIMARY KEY, -- algorithm:hex
	kind   TEXT NOT NULL,
	name   TEXT NOT NULL,
	stage  TEXT NOT NULL
);
CREATE TABLE lineage_edges (
	from_digest TEXT NOT NULL,
	to_digest   TEXT NOT NULL,
	relation    TEXT NOT NULL,
	stage       TEXT NOT NULL,
	attested_by TEXT NOT NULL,
	time        TEXT NOT NULL, -- RFC 3339
	PRIMARY KEY (from_digest, to_digest, relation, attested_by)
);
CREATE INDEX lineage_edges_to ON lineage_edges (to_digest);

CREATE TABLE replays (
	id            TEXT   PRIMARY KEY,
	time          BIGINT NOT NULL,
	title         TEXT   NOT NULL,
	policy_digest TEXT   NOT NULL,
	report        TEXT   NOT NULL -- digest in blobs
);

CREATE TABLE waiver_requests (
	id            TEXT   PRIMARY KEY,
	repository_id BIGINT NOT NULL,
	evaluation_id TEXT   NOT NULL,
	requester     TEXT   NOT NULL,
	time          BIGINT NOT NULL
);
CREATE INDEX waiver_requests_repository ON waiver_requests (repository_id, time);

CREATE TABLE sessions (
	id      TEXT   PRIMARY KEY, -- SHA-256 of the cookie
	login   TEXT   NOT NULL,
	expires BIGINT NOT NULL
);

-- Small values that replicas share: cursors.
CREATE TABLE marks (
	name  TEXT PRIMARY KEY,
	value TEXT NOT NULL
);

-- +goose Down
DROP TABLE marks;
DROP TABLE sessions;
DROP TABLE waiver_requests;
DROP TABLE replays;
DROP TABLE lineage_edges;
DROP TABLE lineage_nodes;
DROP TABLE decisions;
DROP TABLE blobs;
DROP TABLE check_runs;
DROP TABLE evaluations;
DROP TABLE heads;
DROP TABLE merge_groups;
DROP TABLE claims;
DROP TABLE pulls;
DROP TABLE deliveries;
DROP TABLE repositories;
DROP TABLE installations;
