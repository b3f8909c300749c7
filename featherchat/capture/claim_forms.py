"""The sentence forms that claims are read off, and the words that say nothing of their own.

Data only; ``claims`` reads with them. A form that is not plain is left out on
purpose: what it misses waits for a person, what it mistook would change a memory.
"""

import re

ALIASES = {
    "postgresql": "postgres", "pg": "postgres", "k8s": "kubernetes", "mongo": "mongodb",
    "js": "javascript", "ts": "typescript", "db": "database", "databases": "database",
    "caching": "cache", "caches": "cache", "cached": "cache", "logging": "log", "logs": "log",
    "testing": "test", "tests": "test", "queueing": "queue", "queues": "queue",
    "formatting": "format", "linting": "lint", "deployment": "deploy", "deployments": "deploy",
    "deploying": "deploy", "deploys": "deploy", "storage": "store", "storing": "store",
    "maximum": "max", "minimum": "min", "configuration": "config", "settings": "config",
    "authentication": "auth", "repository": "repo", "environment": "env", "prod": "production",
    "infra": "infrastructure", "postgres": "postgres", "redis": "redis",
    "kubernetes": "kubernetes", "sessions": "session", "messages": "message",
}  # fmt: skip
IDLE = frozenset(
    "the a an our your their its my this that these those we i you it they there to of for in on"
    " at by with as is are be been being was were will shall should must have has do does did and"
    " or so then now still always just currently project team please let us lets decided"
    " agreed chose choose settled use uses used using set sets from per via into here again all"
    " ok okay well actually instead today anymore more going go remember note decision onwards"
    " onward henceforth".split()
)
NEGATION = re.compile(
    r"\b(?:not|never|no longer|cannot|don['’]?t|doesn['’]?t|didn['’]?t|isn['’]?t|aren['’]?t|won['’]?t"
    r"|shouldn['’]?t|mustn['’]?t|can['’]?t|no)\b",
    re.IGNORECASE,
)
NO_CLAIM = re.compile(
    r"[?;{}]\s*$|::|\b(?:if|unless|when|whenever|while|could|might|maybe|perhaps|would|may|consider\w*"
    r"|propos\w*|suggest\w*|wonder\w*|used to|was|were|had|previously|formerly|originally|tried"
    r"|last (?:week|month|year)|yesterday|example|e\.g|instance|either|or|not (?:only|just|all|always"
    r"|every|necessarily|yet))\b",
    re.IGNORECASE,
)
REASON = re.compile(
    r"[,;:(]?\s*(?:[-–—]\s+)?\b(?:because|since|so that|due to|in order to|thanks to"
    r"|as (?:it|they|we))\b.*$",
    re.IGNORECASE | re.DOTALL,
)
ASIDE = re.compile(r"[,;]\s|\s?\(|\s[-–—]\s|\s(?:which|given|whose|where)\s", re.IGNORECASE)
LEAD = re.compile(
    r"^(?:(?:ok|okay|so|well|actually|please|note|decision|decided|remember|also)[,:]?\s+)+",
    re.IGNORECASE,
)
PLACE_FIRST = re.compile(
    r"^(?P<place>(?:in|for|on|at|during)\s+[^,]{2,40}),\s+(?P<rest>.+)$", re.IGNORECASE | re.DOTALL
)
TIME_FIRST = re.compile(
    r"^(?:from now on|going forward|as of (?:now|today)|now),?\s+", re.IGNORECASE
)
CHANGED = re.compile(
    r"\b(?:no longer|any ?more|instead|switch(?:ed|ing)?|mov(?:e|ed|ing)|migrat(?:e|ed|ing)"
    r"|chang(?:e|ed|ing)|rais(?:e|ed|ing)|lower(?:ed|ing)?|increas(?:e|ed|ing)|decreas(?:e|ed|ing)"
    r"|reduc(?:e|ed|ing)|bump(?:ed|ing)?|replac(?:e|ed|es|ing)|upgrad(?:e|ed|ing)"
    r"|downgrad(?:e|ed|ing))\b",
    re.IGNORECASE,
)
NOW = re.compile(
    r"\b(?:now|from now on|henceforth|going forward|as of (?:today|now))\b", re.IGNORECASE
)
ADDS = re.compile(r"\b(?:also|too|as well|additionally|alongside|besides|both)\b", re.IGNORECASE)
_QUANTITY = (
    r"(?P<number>\d{4}-\d\d-\d\d|v?\d+(?:[.,]\d+)*)\s?"
    r"(?P<unit>ms|milliseconds?|msecs?|s|secs?|seconds?|m|min|mins|minutes?|h|hrs?|hours?|d|days?"
    r"|weeks?|months?|years?|kb|kib|mb|mib|gb|gib|tb|bytes?|kilobytes?|megabytes?|gigabytes?|%"
    r"|percent|px|chars?|characters?|columns?|x)?(?![\w-])"
)
ANY_NUMBER = re.compile(r"(?<![\w#.-])v?\d[\d.,:-]*")
UNITS: dict[str, tuple[float, str]] = {
    "ms": (0.001, "s"), "millisecond": (0.001, "s"), "msec": (0.001, "s"), "s": (1, "s"),
    "sec": (1, "s"), "second": (1, "s"), "m": (60, "s"), "min": (60, "s"), "minute": (60, "s"),
    "h": (3_600, "s"), "hr": (3_600, "s"), "hour": (3_600, "s"), "d": (86_400, "s"),
    "day": (86_400, "s"), "week": (604_800, "s"), "month": (1, "month"), "year": (12, "month"),
    "byte": (1, "B"), "kb": (1e3, "B"), "kilobyte": (1e3, "B"), "kib": (1_024, "B"),
    "mb": (1e6, "B"), "megabyte": (1e6, "B"), "mib": (1_048_576, "B"), "gb": (1e9, "B"),
    "gigabyte": (1e9, "B"), "gib": (1_073_741_824, "B"), "tb": (1e12, "B"), "%": (1, "%"),
    "percent": (1, "%"), "px": (1, "px"), "char": (1, "char"), "character": (1, "char"),
    "column": (1, "char"), "x": (1, "x"),
}  # fmt: skip
SPELLED = {
    word: str(number)
    for number, word in enumerate(
        "zero one two three four five six seven eight nine ten eleven twelve".split()
    )
} | {"fifteen": "15", "twenty": "20", "thirty": "30", "forty": "40", "fifty": "50", "sixty": "60"}
_BOUND = (
    r"(?P<bound>at most|no more than|up to|at least|no less than|only|exactly|about|around"
    r"|roughly|now|set to|a maximum of|a minimum of)?\s*"
)
BOUNDS = {
    "at most": "max", "no more than": "max", "up to": "max", "a maximum of": "max",
    "at least": "min", "no less than": "min", "a minimum of": "min",
}  # fmt: skip
PROPERTY = tuple(
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        r"^(?P<subject>[^\d=:]{3,60}?)\s*(?:=|:(?=\s)|\b(?:is|are|must be|should be|shall be|has to be"
        r"|will be|defaults? to|stays?(?: at)?|becomes?|equals?)(?:\s+(?:now|set|limited|capped"
        r"|raised|lowered|increased|reduced|changed|fixed|configured|bumped))*(?:\s+(?:to|at))?)\s*"
        rf"{_BOUND}{_QUANTITY}(?P<tail>.*)$",
        r"^(?:(?:we|i|please|now|let['’]?s|from now on|will|must|should|decided to|agreed to)[, ]+)*"
        r"(?P<verb>set|raise|lower|increase|decrease|reduce|bump|change|limit|cap|keep|fix|upgrade"
        rf"|downgrade)\w*\s+(?P<subject>[^\d]{{3,60}}?)\s+(?:to|at)\s+{_BOUND}{_QUANTITY}(?P<tail>.*)$",
        r"^(?:(?:we|i|please|now|let['’]?s|from now on|will|must|should|decided to|agreed to|always"
        r"|the project|it)[, ]+)*(?:keep|retain|run|use|allow|deploy|require|need|target|pin)s?\s+"
        rf"{_BOUND}{_QUANTITY}(?P<subject>\s+[^\d]{{3,60}})(?P<tail>)$",
        r"^(?P<subject>(?:[A-Za-z_.-]+\s+){0,3}(?:timeout|size|limit|length|ttl|retries|width|interval"
        r"|delay|count|threshold|rate|age|depth|replicas|workers|threads|budget|lifetime)\s+)"
        rf"(?P<bound>){_QUANTITY}(?P<tail>)\W*$",
    )
)
VAGUE = frozenset(
    "timeout limit size port count default value number interval length width delay age".split()
)
"""A property that nothing is named of may be of one thing today and of another tomorrow."""

NAMELESS = frozenset(
    "date id line phase step part stage level example note total item option day week month year"
    " status author version number page section figure table chapter".split()
)
"""Labels: nothing is said of the same thing by two of them."""

VERSION = re.compile(
    r"^(?:(?:we|the project|everything|please|now|decided to|agreed to)[, ]+)*"
    r"(?:now\s+)?(?P<verb>use|run|build|require|need|target|pin|upgrade|move|stay)\w*\s+"
    r"(?:(?:on|to|with|at)\s+)?(?P<subject>[A-Za-z][\w.+#-]*)\s+(?:version\s+)?"
    r"(?P<number>v?\d+(?:\.\d+)*)(?P<later>\s*\+|\s+(?:or|and) (?:later|newer|above|up))?"
    r"(?P<tail>(?:\s+[^\d]*)?)$",
    re.IGNORECASE,
)
VERSION_SLOTS = {
    "build": "build version", "require": "least version", "need": "least version",
    "target": "target version", "pin": "pinned version",
}  # fmt: skip
_CHOOSE = (
    r"(?:use|uses|using|go(?:ing)? with|chose|choose|chosen|pick|picked|settled? on|adopt|adopted"
    r"|standardi[sz]e on|stay with|stick with|take|(?:switch|mov|migrat|chang)\w*\s+(?:over\s+)?"
    r"(?:from\s+[\w .`/+#-]{1,40}?\s+)?to|replac\w*\s+[\w .`/+#-]{1,40}?\s+(?:with|by))"
)
_THING = r"(?P<value>[\w`@./+#-]+(?:\s+(?!for\b|as\b|in\b|to\b|with\b|instead\b|rather\b|on\b|over\b|and\b|from\b|now\b|at\b|by\b)[\w`@./+#-]+){0,3})"
CHOICES = tuple(
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        rf"\b{_CHOOSE}\s+(?:only\s+)?(?:the\s+|an?\s+)?{_THING}(?:\s+instead of\s+[\w .`/+#-]+?"
        rf"|\s+(?:over|rather than)\s+[\w .`/+#-]+?)?\s+(?P<how>for|as)\s+(?P<role>.+)$",
        rf"^for\s+(?P<role>[^,]{{3,50}}?),?\s+(?P<how>we|let['’]?s)\s+(?:now\s+)?{_CHOOSE}\s+{_THING}",
        rf"^(?:we\s+)?(?:now\s+)?(?P<role>deploy|build|package|test|format|lint|log|monitor|trace|host|bundle)"
        rf"\s+(?P<how>with|to|on|using)\s+(?:the\s+)?{_THING}(?:\s+now|\s+instead(?:\s+of\s+.+)?)?\W*$",
        rf"^(?P<how>the|our)\s+(?P<role>[\w -]{{2,40}}?)\s+is\s+(?:now\s+)?{_THING}(?:\s+now)?\W*$",
    )
)
CHOSEN = re.compile(rf"\b{_CHOOSE}\s+(?:only\s+)?(?:the\s+|an?\s+)?{_THING}", re.IGNORECASE)
SINGLE = tuple(
    frozenset(role.split())
    for role in (
        "database", "cache", "queue", "broker", "package manager", "build tool", "build system",
        "ci", "orm", "search engine", "default branch", "main branch", "license", "web framework",
        "frontend framework", "test runner", "formatter", "state management", "reverse proxy",
        "session store", "event store", "auth provider", "primary key", "id format", "encoding",
        "quote style", "timezone", "time zone", "default", "session", "template engine", "bundler",
        "task queue", "message broker", "orchestrator", "indentation", "branch model", "wire format",
    )
)  # fmt: skip
"""Roles that one thing fills at a time, so that a second one takes the place of the first."""

_OLD = r"(?P<old>[\w`@./+#-]+(?:\s+(?!for\b|as\b|in\b|to\b|with\b|by\b|on\b|and\b|because\b|since\b|from\b|now\b|at\b|any\b|anymore\b|so\b|but\b|everywhere\b|entirely\b|completely\b)[\w`@./+#-]+){0,3})"
CUES: tuple[tuple[re.Pattern[str], bool], ...] = tuple(
    (re.compile(pattern, re.IGNORECASE), everywhere)
    for pattern, everywhere in (
        (rf"\b(?:instead of|in place of|rather than)\s+(?:using\s+)?(?:the\s+)?{_OLD}", False),
        (rf"\b(?:no longer|stop(?:ped)?|quit)\s+(?:use|using)\s+(?:the\s+)?{_OLD}", True),
        (rf"\bnot\s+(?:use\s+|using\s+)?(?:the\s+)?{_OLD}\s+any ?more\b", True),
        (rf"\b(?:don['’]t|do not|won['’]t)\s+(?:use\s+)?(?:the\s+)?{_OLD}\s+any ?more\b", True),
        (rf"\b(?:switch|mov|migrat|chang|go)\w*\s+(?:away\s+)?(?:over\s+)?from\s+(?:the\s+)?{_OLD}", True),
        (rf"\breplac(?:e|es|ed|ing)\s+(?:the\s+)?{_OLD}\s+(?:with|by)\b", True),
        (rf"\b[\w.+#-]+\s+(?:replaces|supersedes|has replaced)\s+(?:the\s+)?{_OLD}", True),
        (rf"\b(?:drop|dropped|dropping|abandon|abandoned|got rid of|get rid of)"
         rf"\s+(?:the\s+)?{_OLD}\s+(?:in favou?r of|for)\b", True),
    )
)  # fmt: skip
REFERENCE = re.compile(
    r"\b(?P<verb>supersed\w*|replac\w*|overrid\w*|overrul\w*|obsolet\w*|revers\w*|revok\w*|instead of)"
    r"\s+(?:the\s+)?(?:decision\s+|record\s+)?\[?(?P<target>ADR[-_ ]?#?\d{1,8}|m:[0-9A-Za-z]{4,26})\b",
    re.IGNORECASE,
)
INSTEAD = re.compile(r"\b(?:instead|rather than|in place of)\b.*$", re.IGNORECASE)
NEXT = re.compile(r"[a-z\d)][.!]\s+[A-Z]|\n")
MENTION = re.compile(r"\b(?:ADR[-_ ]?#?\d{1,8}|m:[0-9A-Za-z]{4,26})\b", re.IGNORECASE)
WORD = re.compile(r"[^\W_](?:[\w.+#@/-]*[\w+#])?")
RANKED = re.compile(r"\b(?:over|before|ahead of|rather than)\b", re.IGNORECASE)
"""What stands between two things of which one comes first: ``tabs over spaces``."""
