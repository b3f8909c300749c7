"""How the rows of memories are read as the columns that rankings need, vectors included."""

from featherchat.store.filters import TRUST

_ROWS = f"""
SELECT m.seq, m.created_at, m.recall_count, m.importance, m.confidence, {TRUST},
    CASE WHEN EXISTS (SELECT 1 FROM anchors a WHERE a.seq = m.seq AND a.changed)
        THEN 0.6 ELSE 1.0 END,
    CASE WHEN m.pinned THEN 9e999 ELSE coalesce(m.expires_at, 9e999) END,
    m.pinned OR (m.kind = 'decision' AND m.status = 'active'
        AND json_extract(m.attributes, '$.adr_status') IS 'accepted'),
    v.seq IS NOT NULL, 1, m.status, m.namespace, m.kind, coalesce(m.developer, ''), m.author,
    CASE WHEN v.revision > ?4 THEN v.vector END
FROM memories m LEFT JOIN vectors v ON v.seq = m.seq AND v.space = ?1
WHERE m.seq > ?2 AND {{which}} ORDER BY m.seq LIMIT ?3
"""
"""The columns of ``COLUMNS`` in their order, and the vector. Tests hold trust, validity and held
to the properties of ``Memory``."""

ALL_ROWS = _ROWS.format(which="1")
CHANGED_ROWS = _ROWS.format(
    which="m.seq IN (SELECT seq FROM memories WHERE touched > ?4"
    " UNION SELECT seq FROM vectors WHERE revision > ?4)"
)
