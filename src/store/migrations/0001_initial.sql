-- Digests are 32 bytes. Times are microseconds since 1970-01-01 UTC.

CREATE TABLE object (
    digest  BLOB    NOT NULL PRIMARY KEY CHECK (length(digest) = 32),
    size    INTEGER NOT NULL,
    bytes   BLOB                       -- NULL: the file objects/ab/cdef...
) STRICT;

-- The audit log.

CREATE TABLE audit_head (
    one     INTEGER NOT NULL PRIMARY KEY CHECK (one = 1),
    origin  TEXT    NOT NULL,
    size    INTEGER NOT NULL,
    peaks   BLOB    NOT NULL           -- roots of the complete subtrees at the right edge, largest first
) STRICT;

CREATE TABLE audit_leaf (
    seq     INTEGER NOT NULL PRIMARY KEY,
    hash    BLOB    NOT NULL,
    leaf    TEXT    NOT NULL
) STRICT;

CREATE TABLE audit_node (
    height  INTEGER NOT NULL,
    place   INTEGER NOT NULL,
    hash    BLOB    NOT NULL,
    PRIMARY KEY (height, place)
) STRICT, WITHOUT ROWID;

CREATE TABLE audit_checkpoint (
    size    INTEGER NOT NULL PRIMARY KEY,
    note    TEXT    NOT NULL
) STRICT;

CREATE TABLE intent (
    seq        INTEGER NOT NULL PRIMARY KEY REFERENCES audit_leaf (seq),
    closed_by  INTEGER REFERENCES audit_leaf (seq)
) STRICT;
CREATE INDEX intent_open ON intent (seq) WHERE closed_by IS NULL;

CREATE TRIGGER audit_leaf_stays BEFORE UPDATE ON audit_leaf BEGIN SELECT RAISE(ABORT, 'audit leaves are never changed'); END;
CREATE TRIGGER audit_leaf_remains BEFORE DELETE ON audit_leaf BEGIN SELECT RAISE(ABORT, 'audit leaves are never deleted'); END;
CREATE TRIGGER audit_checkpoint_stays BEFORE UPDATE ON audit_checkpoint BEGIN SELECT RAISE(ABORT, 'checkpoints are never changed'); END;
CREATE TRIGGER audit_checkpoint_remains BEFORE DELETE ON audit_checkpoint BEGIN SELECT RAISE(ABORT, 'checkpoints are never deleted'); END;

-- Records.

CREATE TABLE tracking_number (
    number    TEXT    NOT NULL PRIMARY KEY,
    body      TEXT    NOT NULL UNIQUE,  -- the random characters, which are given out once over all prefixes
    burnt_at  INTEGER NOT NULL
) STRICT;
CREATE TRIGGER tracking_number_stays BEFORE UPDATE ON tracking_number BEGIN SELECT RAISE(ABORT, 'a tracking number is burnt for ever'); END;
CREATE TRIGGER tracking_number_remains BEFORE DELETE ON tracking_number BEGIN SELECT RAISE(ABORT, 'a tracking number is burnt for ever'); END;

CREATE TABLE record (
    ordinal  INTEGER NOT NULL PRIMARY KEY,
    id       TEXT    NOT NULL UNIQUE,
    number   TEXT    UNIQUE REFERENCES tracking_number (number),
    kind     TEXT    NOT NULL,
    newest   INTEGER NOT NULL
) STRICT;

CREATE TABLE revision (
    record    TEXT    NOT NULL REFERENCES record (id),
    revision  INTEGER NOT NULL,
    digest    BLOB    NOT NULL REFERENCES object (digest),
    author    TEXT    NOT NULL,
    at        INTEGER NOT NULL,
    reason    TEXT    NOT NULL,
    PRIMARY KEY (record, revision)
) STRICT;

-- What came in.

CREATE TABLE original (
    id            TEXT    NOT NULL PRIMARY KEY,
    partner       TEXT    NOT NULL,
    media_type    TEXT    NOT NULL,
    digest        BLOB    NOT NULL REFERENCES object (digest),
    sha3_256      BLOB    NOT NULL CHECK (length(sha3_256) = 32),
    received_at   INTEGER NOT NULL,
    cleartext     BLOB    REFERENCES object (digest),
    verification  BLOB    REFERENCES object (digest)
) STRICT;

CREATE TABLE inbox (
    partner      TEXT    NOT NULL,
    message      TEXT    NOT NULL,
    digest       BLOB    NOT NULL,
    original     TEXT    NOT NULL REFERENCES original (id),
    state        TEXT    NOT NULL CHECK (state IN ('received', 'filed', 'quarantined', 'refused')),
    code         TEXT,
    reason       TEXT,
    number       TEXT,
    receipt      BLOB    REFERENCES object (digest),
    received_at  INTEGER NOT NULL,
    settled_at   INTEGER,
    copies       INTEGER NOT NULL DEFAULT 1,
    PRIMARY KEY (partner, message),
    CHECK ((state = 'received') = (receipt IS NULL))
) STRICT;
CREATE INDEX inbox_state ON inbox (state, received_at);

-- What goes out.

CREATE TABLE release (
    id             TEXT    NOT NULL PRIMARY KEY,
    record         TEXT    NOT NULL REFERENCES record (id),
    revision       INTEGER NOT NULL,
    record_digest  BLOB    NOT NULL,
    partner        TEXT    NOT NULL,
    policy         INTEGER NOT NULL,
    cleartext      BLOB    NOT NULL REFERENCES object (digest),
    clearance      TEXT,
    state          TEXT    NOT NULL CHECK (state IN ('proposed', 'approved', 'rejected', 'sent')),
    proposed_by    TEXT    NOT NULL,
    proposed_at    INTEGER NOT NULL
) STRICT;

CREATE TABLE approval (
    release  TEXT    NOT NULL REFERENCES release (id),
    actor    TEXT    NOT NULL,
    verdict  TEXT    NOT NULL CHECK (verdict IN ('approved', 'rejected')),
    at       INTEGER NOT NULL,
    PRIMARY KEY (release, actor)
) STRICT;

CREATE TABLE outbox (
    message      TEXT    NOT NULL PRIMARY KEY,
    release      TEXT    NOT NULL UNIQUE REFERENCES release (id),
    partner      TEXT    NOT NULL,
    media_type   TEXT    NOT NULL,
    wire         BLOB    NOT NULL REFERENCES object (digest),
    clearance    TEXT    NOT NULL,
    intent       INTEGER NOT NULL UNIQUE REFERENCES intent (seq),
    state        TEXT    NOT NULL CHECK (state IN ('queued', 'claimed', 'delivered', 'refused', 'parked', 'expired')),
    attempts     INTEGER NOT NULL DEFAULT 0,
    queued_at    INTEGER NOT NULL,
    next_at      INTEGER NOT NULL,     -- while claimed: the end of the lease
    deadline     INTEGER NOT NULL,
    lease_owner  TEXT,
    code         TEXT,
    receipt      BLOB    REFERENCES object (digest),
    CHECK ((state = 'claimed') = (lease_owner IS NOT NULL))
) STRICT;
CREATE INDEX outbox_due ON outbox (partner, next_at) WHERE state IN ('queued', 'claimed');
CREATE INDEX outbox_next ON outbox (next_at) WHERE state IN ('queued', 'claimed');
CREATE INDEX outbox_leased ON outbox (partner, next_at) WHERE state = 'claimed';
CREATE INDEX outbox_deadline ON outbox (deadline) WHERE state IN ('queued', 'claimed');

CREATE TABLE attempt (
    message   TEXT    NOT NULL REFERENCES outbox (message),
    attempt   INTEGER NOT NULL,
    owner     TEXT    NOT NULL,
    began_at  INTEGER NOT NULL,
    ended_at  INTEGER,
    outcome   TEXT,
    PRIMARY KEY (message, attempt)
) STRICT, WITHOUT ROWID;

-- When each partner's messages were last claimed: whoever waited longest comes first.
CREATE TABLE lane (
    partner  TEXT    NOT NULL PRIMARY KEY,
    turn     INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE disclosure (
    release       TEXT    NOT NULL PRIMARY KEY REFERENCES release (id),
    message       TEXT    UNIQUE REFERENCES outbox (message),  -- NULL: handed out, to be carried by hand
    record        TEXT    NOT NULL REFERENCES record (id),
    revision      INTEGER NOT NULL,
    partner       TEXT    NOT NULL,
    cleartext     BLOB    NOT NULL,
    delivered_at  INTEGER NOT NULL,
    receipt       BLOB    REFERENCES object (digest)
) STRICT;
CREATE INDEX disclosure_record ON disclosure (record);
CREATE INDEX disclosure_partner ON disclosure (partner);

-- Answers given to requests that carry a key of their own.
CREATE TABLE answered (
    scope   TEXT    NOT NULL,
    name    TEXT    NOT NULL,
    answer  BLOB    NOT NULL,
    at      INTEGER NOT NULL,
    PRIMARY KEY (scope, name)
) STRICT;
