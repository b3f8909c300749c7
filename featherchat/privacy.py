"""The one gate for text that comes in: escapes are cleaned, secrets are redacted.

Nothing is stored, embedded, sent or shown before it went through here. Clean
first, then redact: an escape sequence inside a key would hide it from the rules.
Both take time linear in the text, also for text that was made to be slow.
"""

import functools
import hmac
import math
import re
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import PurePath

WINDOW = 65_536
"""Characters that a rule sees at once, so that none ever meets a megabyte."""

OVERLAP = 16_384
"""Characters that two windows share: more than a secret is long."""

MARKER = "[redacted:"
"""How the mark of a redacted secret begins."""


@dataclass(frozen=True, slots=True)
class Redacted:
    """A text without its secrets."""

    text: str
    found: tuple[str, ...]
    """The rule behind each replacement, in the order of the text."""


@dataclass(frozen=True, slots=True)
class _Rule:
    """One kind of secret, in the manner of gitleaks: what it looks like and where to look."""

    name: str
    hints: tuple[str, ...]
    """In lower case; one of them is in every match: a first test that costs little."""

    pattern: str
    """Its group ``secret`` is what is replaced."""

    accepts: Callable[[re.Match[str]], bool]
    flags: re.RegexFlag = re.NOFLAG


def redact(text: str, key: bytes = b"") -> Redacted:
    """Replace every secret by a mark such as ``[redacted:anthropic-key:4f2a]``.

    The last part is a keyed hash, so that one secret is recognizable wherever it stands.
    Rules are precise rather than greedy: hashes, ids and code survive. What is redacted
    already stays as it is.

    Args:
        text: Cleaned text of any length.
        key: Local to the project's store; without it the hash could be tried out offline.
    """
    pieces: list[str] = []
    found: list[str] = []
    position = 0
    for start, end, rank in _merged(_secrets(text)):
        digest = hmac.digest(key, text[start:end].encode("utf-8", "surrogatepass"), "sha256")
        name = _RULES[rank].name
        pieces += text[position:start], f"{MARKER}{name}:{digest.hex()[:4]}]"
        found.append(name)
        position = end
    return Redacted("".join([*pieces, text[position:]]), tuple(found))


def _merged(secrets: Iterator[tuple[int, int, int]]) -> list[tuple[int, int, int]]:
    """Secrets that overlap become one, named by the rule that stands first in the table."""
    merged: list[tuple[int, int, int]] = []
    for start, end, rank in sorted(secrets):
        if merged and start < merged[-1][1]:
            first, last, other = merged.pop()
            start, end, rank = first, max(last, end), min(other, rank)
        merged.append((start, end, rank))
    return merged


def _secrets(text: str) -> Iterator[tuple[int, int, int]]:
    """Start, end and the rule's place in the table; a secret may come more than once."""
    for start in range(0, max(len(text) - OVERLAP, 1), WINDOW - OVERLAP):
        end = min(start + WINDOW, len(text))
        lowered = text[start:end].lower()
        for rank, rule in enumerate(_RULES):
            if any(hint in lowered for hint in rule.hints):
                for first, last in _matches(rule, text, start, end):
                    yield first, last, rank


def _matches(rule: _Rule, text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    pattern = _compiled(rule.pattern, rule.flags)
    while match := pattern.search(text, start, end):
        first, last = match.span("secret")
        if last == end < len(text) and match.start() >= end - OVERLAP:
            return  # It may go on behind the window: the next one has it whole.
        if MARKER not in match[0] and rule.accepts(match):
            yield first, last
            start = last
        else:
            # What was refused may hold a name with a value of its own; a bare key may not.
            start = match.start() + 1 if first > match.start() else last


@functools.cache
def _compiled(pattern: str, flags: re.RegexFlag) -> re.Pattern[str]:
    # Compiled when a hint is met: all of them would cost each start 30 ms.
    return re.compile(pattern, flags)


def _always(_match: re.Match[str]) -> bool:
    return True


def _mixed(match: re.Match[str]) -> bool:
    """Letters and digits, as in a generated key; not words as in sk-folding-cube-wrapper."""
    text = match["secret"][:200]
    return (
        re.search(r"\d", text) is not None
        and _entropy(text) >= 3.0
        and len(_CHANGE.findall(text)) >= _FEWEST_CHANGES
    )


def _entropy(text: str) -> float:
    """Shannon's bits a character."""
    return -sum(n / len(text) * math.log2(n / len(text)) for n in Counter(text).values())


_BLANK = re.compile(r"[<$%{&*@/.~]|(?i:your|example|placeholder|change|dummy|xxx|redacted|todo)")
_LETTER = re.compile(r"[A-Za-z]")
_SYMBOL = re.compile(r"[!#$%^&*+=~?@|]")
_DIGIT_OR_SYMBOL = re.compile(r"[\d!#$%^&*+=~?@|]")
# A generated key changes between letters and digits often; token_2 and getToken2 do not.
_FEWEST_CHANGES = 3
_CHANGE = re.compile(r"(?<=[a-z])(?=[0-9A-Z])|(?<=[0-9])(?=[A-Za-z])|(?<=[A-Z])(?=[0-9])")


def _assigned(match: re.Match[str]) -> bool:
    """Is it a literal secret that a name like ``password`` gets, rather than code or a blank?"""
    value = match["secret"][:64]
    if _BLANK.match(value) or "://" in value:
        return False
    if not _LETTER.search(value) or not _DIGIT_OR_SYMBOL.search(value):
        return False
    # NAME=value is how a shell and .env write it: like a quoted value it is no variable.
    if match["quote"] or (match["name"].isupper() and match["operator"] in {"=", ": "}):
        return _entropy(value) >= 2.5
    if len(value) < 8 or _entropy(value) < 3.0:
        return False
    return _SYMBOL.search(value) is not None or len(_CHANGE.findall(value)) >= _FEWEST_CHANGES


def _keys(
    name: str,
    prefixes: str,
    rest: str,
    accepts: Callable[[re.Match[str]], bool] = _always,
) -> Iterator[_Rule]:
    """One rule a prefix. A key starts a word, or follows an escape spelled out: \\n or %20."""
    for prefix in prefixes.split():
        begin = re.escape(prefix)
        # The prefix stands before the look behind it, so that the search can leap to it.
        edge = (
            rf"(?:(?<![A-Za-z0-9]{begin})|(?<=\\[nrt]{begin})|(?<=%[0-9A-Fa-f][0-9A-Fa-f]{begin}))"
        )
        pattern = rf"(?P<secret>{begin}{edge}{rest})(?![A-Za-z0-9])"
        yield _Rule(name, (prefix.lower(),), pattern, accepts)


def _near(
    name: str,
    hints: str,
    pattern: str,
    accepts: Callable[[re.Match[str]], bool] = _always,
) -> _Rule:
    """A rule for what is known by the words around it, in either case."""
    return _Rule(name, tuple(hints.split()), pattern, accepts, re.IGNORECASE)


_ALNUM = "[A-Za-z0-9]"
_EDGE = r"(?:(?<![A-Za-z0-9])|(?<=\\[nrt])|(?<=%[0-9A-Fa-f]{2}))"
_WORD = "[A-Za-z0-9_-]"
_BASE64 = "[A-Za-z0-9+/=]"
_BREAK = r"(?:[\s\"'+,]|\\[rn])"
_PRIVATE_KEY = (
    rf"(?P<secret>-----BEGIN [A-Z0-9 ]{{0,30}}PRIVATE KEY(?: BLOCK)?-----{_BREAK}{{0,9}}+"
    rf"(?:[A-Za-z-]{{4,20}}: [^\n\\]{{1,200}}{_BREAK}{{1,9}}+){{0,5}}"
    rf"{_BASE64}{{16,12000}}+(?:{_BREAK}{{1,9}}+{_BASE64}{{16,}}+){{0,400}}+"
    rf"(?:(?:{_BREAK}{{1,9}}{_BASE64}{{1,80}}){{0,3}}{_BREAK}{{0,9}}-----END [A-Z0-9 ]{{1,40}}-----)?)"
)
_ASSIGNMENT = (
    r"(?P<name>(?:pass(?:word|wd|phrase)|(?<![a-z])pass|pwd|secret|token|credentials?|"
    r"(?:api|access|account|auth|private|encryption|signing|master)[_-]?key)"
    r"(?:[_-]?(?:key|value|\d{1,2}))?)(?:\\?[\"'`])?\]?"
    r"(?P<operator>\s{0,20}(?::\s{0,5}[a-z_.]{1,30}\s{0,5}=|:=|=>|={1,3}|:|>)\s{0,20}"
    r"|\s{1,5}is:?\s{1,5})"
    r"(?:(?P<quote>\\?[\"'`])(?=(?P<quoted>(?:(?!(?P=quote))\S){6,1000}+)(?P=quote))|(?![\"'`]))"
    r"(?P<secret>(?(quoted)(?P=quoted)|[^\s\"'`,;<>(){}\[\]\\]{6,1000}+(?![(\[{])))"
)
_RULES: tuple[_Rule, ...] = (
    *_keys("anthropic-key", "sk-ant-", rf"{_WORD}{{20,}}+"),
    *_keys("openai-key", "sk-", rf"{_WORD}{{20,}}+", _mixed),
    *_keys("aws-access-key", "AKIA ASIA ABIA ACCA", "[A-Z0-9]{16}"),
    *_keys("github-token", "ghp_ gho_ ghu_ ghs_ ghr_", f"{_ALNUM}{{36,}}+"),
    *_keys("github-token", "github_pat_", f"{_WORD}{{22,}}+"),
    *_keys(
        "gitlab-token",
        "glpat- gldt- glrt- glcbt- glptt- glft- glimt- glsoat-",
        rf"{_WORD}{{20,}}+(?:\.{_WORD}{{2,}}+){{0,2}}",
    ),
    *_keys("slack-token", "xoxa- xoxb- xoxe- xoxo- xoxp- xoxr- xoxs- xapp-", f"{_WORD}{{10,}}+"),
    *_keys("google-key", "AIza", rf"{_WORD}{{35,}}+"),
    *_keys("google-key", "GOCSPX- ya29.", rf"{_WORD}{{20,}}+"),
    *_keys("stripe-key", "sk_live_ sk_test_ rk_live_ rk_test_", f"{_ALNUM}{{16,}}+"),
    *_keys("stripe-key", "whsec_", f"{_BASE64}{{32,}}+"),
    *_keys("npm-token", "npm_", f"{_ALNUM}{{36,}}+"),
    *_keys("pypi-token", "pypi-", rf"{_WORD}{{50,}}+", _mixed),
    *_keys("huggingface-token", "hf_ api_org_", f"{_ALNUM}{{30,}}+"),
    *_keys("voyage-key", "pa- al-", rf"{_WORD}{{36,}}+", _mixed),
    *_keys("sendgrid-key", "SG.", rf"{_WORD}{{16,32}}+\.{_WORD}{{30,}}+"),
    *_keys("twilio-key", "SK", "[0-9a-f]{32}"),
    *_keys("digitalocean-token", "dop_v1_ doo_v1_ dor_v1_", "[0-9a-f]{64}"),
    *_keys("groq-key", "gsk_", f"{_ALNUM}{{40,}}+"),
    *_keys("xai-key", "xai-", rf"{_WORD}{{60,}}+"),
    *_keys("perplexity-key", "pplx-", f"{_ALNUM}{{32,}}+"),
    *_keys("replicate-token", "r8_", f"{_ALNUM}{{32,}}+"),
    *_keys("databricks-token", "dapi", r"[0-9a-f]{32}(?:-\d)?"),
    *_keys("docker-token", "dckr_pat_ dckr_oat_", rf"{_WORD}{{20,}}+"),
    *_keys("linear-key", "lin_api_", f"{_ALNUM}{{32,}}+"),
    *_keys("notion-token", "ntn_ secret_", f"{_ALNUM}{{40,}}+"),
    *_keys("shopify-token", "shpat_ shpca_ shppa_ shpss_", "[0-9A-Fa-f]{32}"),
    *_keys("vault-token", "hvs. hvb.", rf"{_WORD}{{24,}}+"),
    *_keys("grafana-token", "glsa_ glc_", r"[\w+/=]{32,}+"),
    *_keys("atlassian-token", "ATATT3", r"[\w=-]{50,}+"),
    *_keys("age-key", "AGE-SECRET-KEY-1", "[0-9A-Z]{58}"),
    *_keys(
        "jwt",
        "eyJ",
        # No "-" before it either: eyJ-eyJ-eyJ-… would be read to its end from every eyJ.
        rf"(?<![_-]eyJ){_WORD}{{8,12000}}+\.{_WORD}{{8,12000}}+(?:\.{_WORD}{{0,12000}}+){{0,3}}",
    ),
    _Rule("private-key", ("private key",), _PRIVATE_KEY, _always),
    _near("telegram-token", ":aa", rf"{_EDGE}(?P<secret>\d{{8,10}}:AA{_WORD}{{32,}}+)"),
    _near("slack-webhook", "hooks.slack", r"hooks\.slack\.com/(?P<secret>[\w+/-]{20,}+)"),
    _near(
        "discord-webhook",
        "/webhooks/",
        r"discord(?:app)?\.com/api/(?P<secret>webhooks/[\w/-]{40,}+)",
    ),
    _near("teams-webhook", "webhook.office", r"webhook\.office\.com/(?P<secret>[\w@/-]{40,}+)"),
    _near(
        "azure-key", "accountkey accesskey", rf"(?:account|access)key=(?P<secret>{_BASE64}{{40,}}+)"
    ),
    _near("azure-signature", "sig=", r"[?&]sig=(?P<secret>[\w%+/=-]{40,}+)"),
    _near("azure-secret", "q~", rf"{_EDGE}(?P<secret>[\w~.-]{{3}}\dQ~[\w~.-]{{31,34}}+)(?![\w~-])"),
    _near(
        "aws-secret",
        "aws",
        r"aws[\w.-]{0,20}?(?:secret|key)[\w.-]{0,20}[\"']?\s{0,9}[:=]\s{0,9}[\"']?"
        r"(?P<secret>[a-z0-9/+]{40})(?![a-z0-9/+=])",
    ),
    _near(
        "authorization",
        "authorization",
        r"authorization\\?[\"']?\s{0,9}[:=,]\s{0,9}\\?[\"']?(?:basic|bearer|token|apikey)\s{1,9}"
        r"(?P<secret>[\w.~+/=-]{12,}+)",
        _mixed,
    ),
    _near("bearer", "bearer", r"(?<![a-z])bearer\s{1,9}(?P<secret>[\w.~+/=-]{20,}+)", _mixed),
    _near(
        "url-password",
        "://",
        r"://[^\s/?#:@\"'<>]{0,100}+:(?P<secret>(?![<${%*])[^\s/\"'<>]{1,200})@",
    ),
    _near("assigned-secret", "pass pwd secret token credential key", _ASSIGNMENT, _assigned),
)

_SECRET_SUFFIXES = frozenset(
    ".env .pem .key .p8 .p12 .pfx .jks .keystore .kdbx .ppk .tfstate .tfvars".split()
)
_SECRET_NAMES = frozenset(
    ".envrc .netrc _netrc .pgpass .npmrc .pypirc .htpasswd .dockercfg .dockerconfigjson "
    ".git-credentials .vault-token .my.cnf .s3cfg .boto kubeconfig .kube/config "
    ".docker/config.json id_rsa id_dsa id_ecdsa id_ed25519 id_ecdsa_sk id_ed25519_sk".split()
)
_SECRET_STEM = re.compile(
    r"\.?(?:credentials?|secrets?|service[_-]?account[\w-]*|client_secret[\w.-]*)"
    r"(?:\.(?:json|ya?ml|toml|ini|cfg|conf|properties|csv|txt|xml|db|enc))?"
)
_ENV = re.compile(r"\.env(?:[.-](?!.*(?:example|sample|template|dist|default|schema))[\w.-]+)?")


def is_secret_file(path: str | PurePath) -> bool:
    """Does a file's name say that it holds keys or passwords? Such a file is never read.

    ``.env.example`` and its like are fine: they are written to be read.
    """
    parts = str(path).replace("\\", "/").lower().split("/")
    name = parts[-1]
    return bool(
        PurePath(name).suffix in _SECRET_SUFFIXES
        or not _SECRET_NAMES.isdisjoint({name, "/".join(parts[-2:])})
        or _SECRET_STEM.fullmatch(name)
        or _ENV.fullmatch(name)
    )


_STRINGS = r"(?:\x1b[\]PX^_]|[\x90\x98\x9d-\x9f])"  # OSC, DCS, SOS, PM, APC
_BODY = r"[^\x07\x1b\x90\x98\x9c-\x9f"
_CONTROLS = re.compile(
    # Without its terminator a string ends with the line, so that no more text is lost. A body
    # holds no introducer, so each character is read by one introducer only: linear.
    rf"{_STRINGS}(?:{_BODY}]*+(?:\x07|\x1b\\|\x9c)|{_BODY}\n]*+)"
    r"|(?:\x1b\[|\x9b)[0-?]*+[ -/]*+[@-~]?"
    r"|\x1b[ -/]*+[0-~]?"
    r"|[\x00-\x08\x0b-\x1f\x7f-\x9f]"
)
_EMOJI = r"[©®‼⁉\u2190-\u3299\U0001f000-\U0001faff]"
_HIDDEN = re.compile(
    # What is meant to join letters or to choose a picture stays; a reader sees its effect.
    rf"(?P<meant>(?<={_EMOJI})[\ufe0e\ufe0f]|(?<=[#*0-9])\ufe0f(?=\u20e3)"
    rf"|(?:(?<={_EMOJI})|(?<={_EMOJI}\ufe0f))\u200d(?={_EMOJI})"
    r"|(?<=[\u0620-\u0dff])[\u200c\u200d](?=[\u0620-\u0dff]))"
    r"|[\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e"
    r"\u2060-\u206f\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufffb\U000e0000-\U000e0fff]"
)


def clean(text: str) -> str:
    """Text that a terminal only shows: no escape sequence, no control but newline and tab.

    What is invisible or turns the direction of writing becomes visible, as ⟦U+202E⟧, since
    such characters hide instructions; joiners inside words and emoji stay. A lone surrogate
    becomes U+FFFD, so that the result can be encoded. Cleaning twice changes nothing.
    """
    text = _CONTROLS.sub("", text.removeprefix("\ufeff"))
    text = re.sub("[\u2028\u2029]", "\n", text)
    text = re.sub("[\ud800-\udfff]", "\ufffd", text)
    return _HIDDEN.sub(lambda m: m["meant"] or f"⟦U+{ord(m[0]):04X}⟧", text)


def clean_line(text: str) -> str:
    """The same on one line, with single spaces: for titles and the cells of a table."""
    return " ".join(clean(text).split())
