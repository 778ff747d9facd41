//! The tables of the first releases. They never change: a new requirement needs a new step.

/// Migration step: creates the tables of registrations, sources, snapshots, fragments, revisions and leases.
pub(crate) const FIRST: &[&str] = &[
    "CREATE TABLE registrations (
        repo TEXT PRIMARY KEY NOT NULL, url TEXT NOT NULL, domain TEXT NOT NULL, enabled INTEGER NOT NULL,
        required INTEGER NOT NULL, cache_ttl_seconds INTEGER NOT NULL, description TEXT NOT NULL,
        registered_at INTEGER NOT NULL, updated_at INTEGER NOT NULL, registered_by TEXT NOT NULL,
        incarnation INTEGER NOT NULL)",
    // The record is JSON (federation::source::SourceRecord): only the state machine reads or writes its
    // parts. The columns next to it serve every read: when a check is due (never, while disabled), and the
    // age of the oldest contribution.
    "CREATE TABLE source_state (
        repo TEXT PRIMARY KEY NOT NULL REFERENCES registrations (repo) ON DELETE CASCADE,
        record TEXT NOT NULL, next_check_at INTEGER NOT NULL, verified_at INTEGER)",
    "CREATE INDEX source_state_due ON source_state (next_check_at)",
    "CREATE INDEX source_state_verified ON source_state (verified_at)",
    // Exact bytes of valid indexes, gzip-compressed.
    "CREATE TABLE snapshots (
        digest TEXT PRIMARY KEY NOT NULL, body BLOB NOT NULL, capability_count INTEGER NOT NULL, stored_at INTEGER NOT NULL)",
    "CREATE TABLE fragments (
        digest TEXT NOT NULL REFERENCES snapshots (digest) ON DELETE CASCADE, repo TEXT NOT NULL, domain TEXT NOT NULL,
        json TEXT NOT NULL, yaml TEXT NOT NULL, ids TEXT NOT NULL, PRIMARY KEY (digest, repo, domain))",
    "CREATE TABLE revisions (
        number INTEGER PRIMARY KEY NOT NULL, digest TEXT NOT NULL, composed_at INTEGER NOT NULL, actor TEXT NOT NULL,
        cause TEXT NOT NULL, source_count INTEGER NOT NULL, capability_count INTEGER NOT NULL)",
    // Only the changes of a revision; index_digest is empty if it removed the source.
    "CREATE TABLE revision_sources (
        revision INTEGER NOT NULL, repo TEXT NOT NULL, url TEXT NOT NULL,
        domain TEXT NOT NULL, required INTEGER NOT NULL, index_digest TEXT NOT NULL, capability_count INTEGER NOT NULL,
        PRIMARY KEY (revision, repo))",
    "CREATE INDEX revision_sources_of ON revision_sources (repo, revision)",
    // The complete newest revision, so that the cost of reading and publishing it does not
    // depend on the length of the history.
    "CREATE TABLE composition (
        repo TEXT PRIMARY KEY NOT NULL, url TEXT NOT NULL, domain TEXT NOT NULL, required INTEGER NOT NULL,
        index_digest TEXT NOT NULL, capability_count INTEGER NOT NULL)",
    "CREATE TABLE leases (name TEXT PRIMARY KEY NOT NULL, holder TEXT NOT NULL, expires_at INTEGER NOT NULL)",
];

/// Migration step: creates the tables of named tokens, events and failed attempts.
pub(crate) const TOKENS: &[&str] = &[
    // Rows are never deleted: a name, once used, keeps its meaning in registrations, revisions and events.
    "CREATE TABLE tokens (
        name TEXT PRIMARY KEY NOT NULL, digest TEXT NOT NULL UNIQUE, scopes TEXT NOT NULL, description TEXT NOT NULL,
        created_at INTEGER NOT NULL, created_by TEXT NOT NULL, expires_at INTEGER, last_used_at INTEGER,
        revoked_at INTEGER, revoked_by TEXT)",
    // `was` and `became` are JSON, or NULL if there is no such state.
    "CREATE TABLE events (
        number INTEGER PRIMARY KEY NOT NULL, at INTEGER NOT NULL, actor TEXT NOT NULL, action TEXT NOT NULL,
        kind TEXT NOT NULL, subject TEXT NOT NULL, was TEXT, became TEXT, revision INTEGER, request_id TEXT NOT NULL)",
    "CREATE INDEX events_about ON events (subject, number)",
    "CREATE INDEX events_by ON events (actor, number)",
    "CREATE TABLE auth_failures (address TEXT PRIMARY KEY NOT NULL, since INTEGER NOT NULL, failures INTEGER NOT NULL)",
];
