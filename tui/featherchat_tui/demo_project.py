"""What the demo shows: a small project with a past, and a model that knows its lines."""

from collections.abc import Mapping
from dataclasses import dataclass

FILES = {
    "README.md": """# Ledger

Ledger books every payment of a small shop, once and for good. Exports go to the
accountants each night. Start it with `make run`; tests run with `make test`.
""",
    "docs/adr/0001-use-postgresql.md": """# 1. Use PostgreSQL for the ledger

Date: 2026-02-03

## Status

Accepted

## Context

Each booking must be one transaction, and auditors read the same tables.

## Decision

We use PostgreSQL 16 with one database for all tenants.

## Alternatives

* MongoDB: no transactions over several collections when we measured, no audit trail
* SQLite: one writer at a time is too few on the first of a month
""",
    "docs/adr/0002-pool-of-20.md": """# 2. Limit the pool to 20 connections

Date: 2026-03-05

## Status

Accepted

## Context

The database allows 100 connections, and five workers run beside each other. The
outage of 3 March came from a pool of 40 in each of them.

## Decision

Each worker keeps at most 20 connections (src/pool.py).

## Alternatives

* pgbouncer in transaction mode: prepared statements broke the exports
""",
    "docs/adr/0003-shard-by-tenant.md": """# 3. Shard by tenant

Date: 2026-09-14

## Status

Proposed

## Context

The three largest tenants make 80 % of the bookings.

## Decision

Large tenants get a database of their own; small ones share one.
""",
    "src/pool.py": '''"""Connections to the database."""

POOL = ConnectionPool(max_size=20)
''',
}
"""The repository, by path."""


@dataclass(frozen=True, slots=True)
class Committed:
    """A commit that was made some time ago."""

    days: float
    """How long ago."""

    message: str
    files: Mapping[str, str]


COMMITS = (
    Committed(
        170,
        "Book payments in PostgreSQL\n\nDecision: ADR-1",
        {
            "README.md": FILES["README.md"],
            "docs/adr/0001-use-postgresql.md": FILES["docs/adr/0001-use-postgresql.md"],
            "src/pool.py": FILES["src/pool.py"].replace("20", "40"),
        },
    ),
    Committed(
        139,
        "Keep at most 20 connections in each worker\n\nFive workers with 40 each drained the"
        " database on 3 March.\n\nDecision: ADR-2",
        {
            "docs/adr/0002-pool-of-20.md": FILES["docs/adr/0002-pool-of-20.md"],
            "src/pool.py": FILES["src/pool.py"],
        },
    ),
    Committed(
        60,
        "Propose to shard by tenant",
        {"docs/adr/0003-shard-by-tenant.md": FILES["docs/adr/0003-shard-by-tenant.md"]},
    ),
)
"""What git knows, the oldest first."""


@dataclass(frozen=True, slots=True)
class Happened:
    """Something that was stored some time ago."""

    days: float
    """How long ago."""

    kind: str
    text: str


PAST = (
    Happened(168, "bug_fix", "The nightly export drained the pool: it opened a connection a row."),
    Happened(120, "convention", "Amounts are integers in cents; floats never touch money."),
    Happened(61, "dead_end", "Tried pgbouncer in transaction mode; prepared statements broke."),
    Happened(40, "debugging", "Deadlocks came from bookings that lock accounts in any order."),
    Happened(27, "preference", "I prefer small commits with a reason in the message."),
    Happened(12, "conversation", "The accountants want the export as CSV with semicolons."),
    Happened(2, "decision", "Retry a booking three times when it meets a deadlock."),
)

TALKS = (
    (34, "Why does the export take so long on the first of a month?"),
    (6, "Which amounts may be floats?"),
)
"""Conversations that were held before: days ago, and what was asked."""

LINES = (
    (
        ("pool", "connection", "20", "limit"),
        "Because of **ADR-2**: the database allows 100 connections and five workers share"
        " them, so each keeps at most 20.\n\nIt was 40 until the outage of 3 March:\n\n"
        "```python\nPOOL = ConnectionPool(max_size=20)  # src/pool.py\n```\n\n"
        "pgbouncer was tried and given up: prepared statements broke the exports.",
    ),
    (
        ("mongo", "postgres", "database", "sqlite"),
        "**ADR-1** decided for PostgreSQL: every booking is one transaction, and the auditors"
        " read the same tables. MongoDB was rejected for lack of an audit trail, SQLite"
        " because one writer is too few on the first of a month.",
    ),
    (
        ("export", "slow", "long", "month"),
        "The nightly export once opened a connection for each row and drained the pool. Since"
        " it was mended, the time goes into the three largest tenants, which is what"
        " **ADR-3** (proposed) is about.",
    ),
    (
        ("float", "money", "amount", "cents"),
        "None. Amounts are integers in cents here; floats never touch money.",
    ),
)
"""What the model says when the question has one of some words."""

EXAMPLE = "Why is the pool limited to 20 connections?"

OTHERWISE = (
    "I am the demo's script and know a few lines only. What stands above this answer is real,"
    " though: it is what memory found for your question.\n\n"
    f"Try *{EXAMPLE}*, F3 and g for the decisions, F4 for what"
    " fades, Ctrl+O for what memory did."
)
