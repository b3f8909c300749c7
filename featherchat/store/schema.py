"""The tables of a store, as numbered migrations.

``user_version`` counts how many were applied. A migration that has shipped is
never edited: a change is a new one at the end.
"""

APPLICATION_ID = 0x46744863
"""'FtHc': what tells our file from any other SQLite database."""

REPAGING_ID = 0x46745070
"""'FtPp': a store whose pages are just being rewritten in another layout."""

_FIRST = """
CREATE TABLE meta (
    key TEXT PRIMARY KEY,
    value TEXT NOT NULL
) WITHOUT ROWID;

CREATE TABLE memories (
    seq INTEGER PRIMARY KEY,
    id TEXT NOT NULL UNIQUE,
    namespace TEXT NOT NULL,
    kind TEXT NOT NULL,
    layer TEXT NOT NULL,
    status TEXT NOT NULL,
    title TEXT NOT NULL,
    text TEXT NOT NULL,
    importance REAL NOT NULL,
    confidence REAL NOT NULL,
    pinned INTEGER NOT NULL,
    recall_count INTEGER NOT NULL,
    recalled_at REAL,
    created_at REAL NOT NULL,
    valid_from REAL,
    valid_to REAL,
    expires_at REAL,
    verified_at REAL,
    developer TEXT,
    author TEXT NOT NULL,
    source_at REAL NOT NULL,
    path TEXT,
    line INTEGER,
    heading TEXT,
    sha TEXT,
    session_id TEXT,
    turn_id TEXT,
    url TEXT,
    quote TEXT,
    attributes TEXT NOT NULL,
    fingerprint BLOB NOT NULL,
    hash BLOB NOT NULL,
    revision INTEGER NOT NULL
);
CREATE INDEX memories_fingerprint ON memories (fingerprint);
CREATE INDEX memories_revision ON memories (revision);

CREATE TABLE anchors (
    seq INTEGER NOT NULL REFERENCES memories (seq) ON DELETE CASCADE,
    path TEXT NOT NULL,
    symbol TEXT,
    commit_id TEXT,
    blob TEXT,
    changed INTEGER NOT NULL
);
CREATE INDEX anchors_seq ON anchors (seq);
CREATE INDEX anchors_path ON anchors (path);

CREATE TABLE vectors (
    seq INTEGER PRIMARY KEY REFERENCES memories (seq) ON DELETE CASCADE,
    space TEXT NOT NULL,
    vector BLOB NOT NULL,
    hash BLOB NOT NULL,
    revision INTEGER NOT NULL
);
CREATE INDEX vectors_revision ON vectors (revision);

CREATE TABLE edges (
    source_id TEXT NOT NULL REFERENCES memories (id) ON DELETE CASCADE,
    target_id TEXT NOT NULL REFERENCES memories (id) ON DELETE CASCADE,
    relation TEXT NOT NULL,
    weight REAL NOT NULL,
    origin TEXT NOT NULL,
    confidence REAL NOT NULL,
    evidence TEXT NOT NULL,
    created_at REAL NOT NULL,
    PRIMARY KEY (source_id, target_id, relation)
) WITHOUT ROWID;
CREATE INDEX edges_target ON edges (target_id);

CREATE TABLE documents (
    path TEXT PRIMARY KEY,
    blob TEXT NOT NULL,
    learned_at REAL NOT NULL,
    pieces TEXT NOT NULL
) WITHOUT ROWID;

CREATE TABLE tombstones (
    fingerprint BLOB PRIMARY KEY,
    at REAL NOT NULL,
    reason TEXT NOT NULL
) WITHOUT ROWID;

CREATE TABLE sessions (
    id TEXT PRIMARY KEY,
    title TEXT NOT NULL,
    created_at REAL NOT NULL,
    updated_at REAL NOT NULL,
    developer TEXT,
    branch TEXT
) WITHOUT ROWID;

CREATE TABLE turns (
    id TEXT PRIMARY KEY,
    session_id TEXT NOT NULL REFERENCES sessions (id) ON DELETE CASCADE,
    prompt TEXT NOT NULL,
    context TEXT NOT NULL,
    answer TEXT NOT NULL,
    status TEXT NOT NULL,
    model TEXT NOT NULL,
    created_at REAL NOT NULL,
    finished_at REAL,
    usage TEXT NOT NULL,
    recalled TEXT NOT NULL
) WITHOUT ROWID;
CREATE INDEX turns_session ON turns (session_id, id);

CREATE TABLE changes (
    revision INTEGER PRIMARY KEY,
    operation TEXT NOT NULL,
    at REAL NOT NULL,
    actor TEXT NOT NULL,
    reason TEXT NOT NULL,
    session_id TEXT,
    turn_id TEXT,
    undoes TEXT,
    undone_by TEXT
);
CREATE INDEX changes_operation ON changes (operation);

CREATE TABLE events (
    revision INTEGER NOT NULL REFERENCES changes (revision),
    number INTEGER NOT NULL,
    subject TEXT NOT NULL,
    key TEXT NOT NULL,
    before TEXT,
    PRIMARY KEY (revision, number)
) WITHOUT ROWID;
CREATE INDEX events_key ON events (subject, key);
"""

_SECOND = """
ALTER TABLE memories ADD COLUMN touched INTEGER NOT NULL DEFAULT 0;
UPDATE memories SET touched = revision;
CREATE INDEX memories_touched ON memories (touched);
CREATE INDEX memories_path ON memories (path) WHERE path IS NOT NULL;
CREATE INDEX memories_expiry ON memories (expires_at) WHERE expires_at IS NOT NULL;

CREATE TABLE gone (
    seq INTEGER PRIMARY KEY,
    revision INTEGER NOT NULL
);
CREATE INDEX gone_revision ON gone (revision);

CREATE TABLE sources (
    seq INTEGER NOT NULL REFERENCES memories (seq) ON DELETE CASCADE,
    source TEXT NOT NULL,
    hash BLOB NOT NULL
);
CREATE INDEX sources_seq ON sources (seq);

CREATE TABLE vectors_next (
    seq INTEGER PRIMARY KEY REFERENCES memories (seq) ON DELETE CASCADE,
    space TEXT NOT NULL,
    vector BLOB NOT NULL,
    hash BLOB NOT NULL,
    revision INTEGER NOT NULL
);

CREATE INDEX changes_at ON changes (at);
CREATE INDEX changes_session ON changes (session_id) WHERE session_id IS NOT NULL;

DROP INDEX edges_target;
CREATE INDEX edges_forward ON edges (source_id, weight DESC);
CREATE INDEX edges_backward ON edges (target_id, weight DESC);
CREATE INDEX edges_target ON edges (target_id, relation);

UPDATE memories SET fingerprint = fingerprint(CAST(text AS BLOB));
ALTER TABLE tombstones ADD COLUMN form INTEGER NOT NULL DEFAULT 1;
"""
"""``touched`` is the revision of a row's last change, recalls included; ``gone`` are deleted rows;
``sources`` say where else a memory was said; ``vectors_next`` waits until it is whole. A walk
takes the strongest edges of a hub without reading the rest. Stones keep the form of their
fingerprint (``rows.fingerprint``): the text that it was made of may be gone."""

MIGRATIONS: tuple[str, ...] = (_FIRST, _SECOND)
SCHEMA = len(MIGRATIONS)
