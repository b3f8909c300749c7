"""What a made-up project remembers: sixty decisions, ten debugging notes, and questions.

Each decision is one line: what was decided, and why. The notes are about the same parts
of the project, so that a decision is always near.
"""

from itertools import product

DECISIONS = tuple(
    line.split(": ", 1)
    for line in """\
PostgreSQL over MongoDB: Every ledger entry is one transaction, and auditors ask for constraints.
Connection pool of twenty: The database allows a hundred connections and five workers share them.
One schema per tenant: A tenant's data is dropped with its schema, and backups restore one alone.
Amounts as integers of cents: Floating point loses a cent in a million postings.
UUIDv7 as primary keys: Inserts stay local in the index and ids sort by time.
Soft deletes for invoices only: The law wants invoices for ten years, everything else goes at once.
Read replicas for reports: Month-end reports must not slow down postings.
Migrations forward only: A rollback script that nobody has run is worse than none.
Partition entries by month: Old months move to cheap disks without a lock.
Redis for sessions: Sessions may be lost on a restart and must be read in a millisecond.
RabbitMQ over Kafka: Nobody here runs a cluster, and a queue is all that we need.
Outbox table for events: An event leaves exactly when its transaction has committed.
At least once delivery: Consumers keep the ids of what they have handled.
JSON over protobuf on the queue: Operators read messages with their eyes at night.
Retry with jitter, five times: Synchronized retries took the bank's gateway down.
Idempotency keys on payments: A phone that loses its network sends the same payment again.
Circuit breaker around the bank: When the bank is down our threads must not wait for it.
REST over GraphQL: Partners generate clients from OpenAPI and cache by address.
Versions in the path: Old partners stay on v1 for years and proxies can route them.
Cursor pagination: Offsets skip rows while others insert.
Problem details for errors: One error shape for every partner, with a code to look up.
Rate limits per key: One partner's loop must not take the others' share.
OAuth client credentials: Partners rotate secrets without a call to us.
Passwords with Argon2id: It resists graphics cards, and the parameters travel with the hash.
Two factors for operators: An operator can move money.
Secrets in Vault: Nothing secret is in the repository or in an image.
Row level security: A missing where clause must not show another tenant's rows.
Audit log is append only: An auditor can check its chain of hashes.
Python for services: The team writes it in its sleep and the hot path is the database.
FastAPI over Django: We need no admin pages and no ORM of its own.
SQLAlchemy Core without the ORM: The queries we read are the queries that run.
Rust for the matching engine: Ten thousand matches a second leave no time for a garbage collector.
mypy in strict mode: A None in an amount was last year's worst outage.
Ruff for lint and format: One tool, and no argument about commas.
pytest without classes: A test is one sentence.
Property tests for postings: Debits equal credits for every input we can think of.
Trunk based development: Branches that live for weeks do not merge.
Squash on merge: One commit a change keeps bisect quick.
Feature flags in the database: Support can switch a feature off at night.
Kubernetes over plain machines: Deployments roll back by themselves when health checks fail.
Helm charts per service: Each team changes its own limits.
One container a process: Logs and limits are those of one thing.
Blue green deployments: A release must be undone within a minute.
Terraform for infrastructure: Nobody remembers what was clicked.
Region Frankfurt only: Customers' data stays in the European Union.
Prometheus over a hosted service: Metrics must be there when the network is not.
OpenTelemetry traces: One request passes six services.
Structured logs as JSON: Search by field finds a tenant's request in seconds.
Alerts on symptoms: Pages for causes woke people for nothing.
Error budget of an hour a month: When it is spent, features wait.
React for the console: Two of us know it well.
Server rendered statements: A statement is printed and must look the same everywhere.
TypeScript everywhere in the console: Refactoring without types broke the export twice.
Vite over webpack: A change shows in a second, not in ten.
CSS modules: Styles cannot leak from one page to another.
PDF by WeasyPrint: It sets tables over pages and needs no browser.
Dates in UTC, shown in local time: Postings at midnight moved between months.
ECB rates once a day: Customers can check them, and a day's total never changes.
SEPA files by our own writer: The library drops the field that our bank demands.
Nightly backups restored weekly: A backup that was never restored is a hope.
""".splitlines()
)

NOTES = (
    (
        "pgbouncer dropped prepared statements in transaction mode, so every third query failed.",
        "why did pgbouncer drop prepared statements?",
    ),
    (
        "The replica lagged by forty seconds because vacuum held a snapshot open.",
        "what made the replica lag by forty seconds?",
    ),
    (
        "RabbitMQ ran out of file descriptors: each consumer opened a channel per message.",
        "why did RabbitMQ run out of file descriptors?",
    ),
    (
        "The webhook signature failed for bodies with an umlaut: it was computed before decoding.",
        "why does the webhook signature fail with an umlaut?",
    ),
    (
        "Pods were killed at start: the liveness probe asked before the migrations had ended.",
        "why were pods killed by the liveness probe at start?",
    ),
    (
        "WeasyPrint leaked fonts; memory grew by two megabytes a statement until the worker died.",
        "what leaked memory when WeasyPrint made a statement?",
    ),
    (
        "Clock skew of three minutes on one node made fresh tokens invalid.",
        "which clock skew made tokens invalid?",
    ),
    (
        "The export hung on a tenant with two million rows: fetchall instead of a cursor.",
        "why did the export hang on two million rows?",
    ),
    (
        "ECB answered with an empty file on a holiday and yesterday's rates were wiped.",
        "what happened when the ECB sent an empty file on a holiday?",
    ),
    (
        "Argon2 with the new parameters took nine seconds on the small nodes and logins timed out.",
        "why did logins time out with the Argon2 parameters on small nodes?",
    ),
)
"""What was found while debugging, and a question that names it."""

ABOUT_DECISIONS = {
    "why did we choose PostgreSQL over MongoDB?": "PostgreSQL over MongoDB",
    "why are amounts stored as integers of cents?": "Amounts as integers of cents",
    "why RabbitMQ instead of Kafka?": "RabbitMQ over Kafka",
    "why do we use an outbox table for events?": "Outbox table for events",
    "why idempotency keys on payments?": "Idempotency keys on payments",
    "why REST and not GraphQL?": "REST over GraphQL",
    "why row level security?": "Row level security",
    "why is the matching engine in Rust?": "Rust for the matching engine",
    "why are we in the region Frankfurt only?": "Region Frankfurt only",
    "why do we restore nightly backups every week?": "Nightly backups restored weekly",
}
"""Questions, and the title of the decision that each is about."""

_SYMPTOMS = (
    "was slow again after the deployment",
    "returned an error for one tenant",
    "used twice the memory it should",
    "lost a message during the restart",
    "timed out under load",
    "logged a stack trace that led nowhere",
    "was fine after the node was replaced",
    "answered with stale data for a minute",
    "failed in staging only",
    "raised a deadlock between two workers",
)
_THINGS = (
    *("PostgreSQL", "the connection pool", "RabbitMQ", "the outbox", "Redis", "the payments API"),
    *("the REST gateway", "the matching engine", "the audit log", "the export", "the console"),
    *("the statement printer", "the bank's gateway", "the report job", "the login page"),
    *("the backup", "Vault", "the rate limiter", "the migration", "the currency feed"),
)


def many_notes(count: int) -> list[str]:
    """Debugging notes about the parts that the decisions are about, each different."""
    pairs = list(product(_THINGS, _SYMPTOMS))
    return [
        f"Day {number // len(pairs) + 1}: {thing} {symptom}."
        for number in range(count)
        for thing, symptom in [pairs[number % len(pairs)]]
    ]
