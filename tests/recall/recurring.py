"""Two hundred memories: three problems that came back, and what is easily taken for them.

Written by hand before the finder; the fillers are combinations, so that words repeat as
they do in a project.
"""

from itertools import product

EPISODES = {
    "connection pool": (
        ("bug_fix", "The connection pool was exhausted by sessions that nobody closed."),
        ("debugging", "Connections leaked from the pool whenever a request timed out."),
        ("dead_end", "Doubling the size of the connection pool only delayed the outage."),
        ("conversation", "We moved the nightly backup off the shared pool of connections."),
        ("bug_fix", "PgBouncer dropped idle connections and the pool handed out dead ones."),
        ("debugging", "Pooled connections were all stuck in long transactions on Friday."),
    ),
    "flaky login test": (
        ("debugging", "The login test is flaky because the clock of the container drifts."),
        ("bug_fix", "The flaky login test waited for an animation; it waits for the button now."),
        ("dead_end", "Retrying the login test three times hid that it is flaky."),
    ),
    "memory leak in the importer": (
        ("bug_fix", "The importer's memory leak came from a cache without a limit."),
        ("debugging", "The importer leaked memory while it parsed large archives."),
        ("dead_end", "Restarting the importer each hour did not cure its memory leak."),
        ("conversation", "Memory leaks in the importer return with each new format."),
    ),
}
"""What happened, by the problem that it belongs to."""

NEAR = (
    ("bug_fix", "The thread pool starved because a task waited for another task."),
    ("debugging", "The worker pool restarts when a job kills its process."),
    ("dead_end", "A pool of browsers made the screenshots slower."),
    ("bug_fix", "Connection refused by the mail server: the port was blocked."),
    ("debugging", "The websocket connection drops behind the office proxy."),
    ("conversation", "The connection string is read from the vault."),
    ("bug_fix", "An object pool returned particles that were still drawn."),
    ("debugging", "The prize pool was computed with the wrong currency."),
    ("dead_end", "Keeping HTTP connections alive did not speed up the crawler."),
    ("conversation", "The car pool page needs a map."),
    ("debugging", "The logout test fails on Windows."),
    ("bug_fix", "The login page showed the wrong error for a locked account."),
    ("dead_end", "Mocking the login server made the tests pass and the product fail."),
    ("debugging", "The flaky search test depends on the order of the results."),
    ("conversation", "Login is tested by hand before each release."),
    ("bug_fix", "The exporter leaked file handles."),
    ("debugging", "The importer rejects archives with a byte order mark."),
    ("dead_end", "Importing in parallel used too much memory."),
    ("conversation", "Memory usage is shown in the footer."),
    ("bug_fix", "The importer skipped the last line of a file."),
    ("debugging", "A leak of secrets into the log was found by the scanner."),
)
"""What shares a word or a sound with a problem and is another one."""

OF_OTHER_KINDS = (
    ("decision", "The connection pool holds twenty connections."),
    ("architecture", "The connection pool lies between the API and PostgreSQL."),
    ("convention", "Never ship a flaky login test."),
)
"""On a subject, and no episode of it."""

_THINGS = ("invoice", "calendar", "report", "map", "search box", "avatar", "sidebar", "webhook")
_TROUBLES = (
    ("bug_fix", "The {} was rendered twice after a reload."),
    ("debugging", "The {} shows stale data on slow networks."),
    ("dead_end", "Rewriting the {} in WebAssembly took longer than it saved."),
    ("conversation", "Users asked for a larger {}."),
    ("bug_fix", "The {} ignored the time zone of the account."),
    ("debugging", "The {} crashes when its title is empty."),
    ("conversation", "Nobody knows who wrote the {}."),
    ("dead_end", "Caching the {} on the client broke undo."),
    ("bug_fix", "The {} lost its color in dark mode."),
    ("debugging", "The {} loads twice on tablets."),
    ("conversation", "The {} moves to the new design in spring."),
    ("bug_fix", "The {} was cut off on small screens."),
    ("dead_end", "Streaming the {} made the first paint later."),
    ("debugging", "The {} flickers under the old driver."),
    ("conversation", "The {} is the most used page."),
    ("bug_fix", "The {} counted deleted rows."),
    ("debugging", "The {} is slow for large teams."),
    ("conversation", "The {} gets an owner next month."),
    ("bug_fix", "The {} kept its filter after sign-out."),
    ("dead_end", "Prefetching the {} cost more bandwidth than it saved."),
    ("debugging", "The {} has a gap above its header."),
)

FILLERS = tuple(
    (kind, words.format(thing)) for (kind, words), thing in product(_TROUBLES, _THINGS)
)[: 200 - len(NEAR) - len(OF_OTHER_KINDS) - sum(map(len, EPISODES.values()))]
