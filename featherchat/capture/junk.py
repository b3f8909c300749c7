"""What is not worth remembering, and what nobody but a person may make a rule.

Rules on one sentence, without a model. A lesson is never junk, however it
begins; when in doubt a sentence is kept, because a review costs less than a loss.
"""

import re

_LESSON = re.compile(
    r"\b(?:because|root cause|caused by|never|always|instead of|so that|in order to|must(?: not)?"
    r"|do(?:es)? ?n[o'’]t work|failed|fails|broke|breaks|fixed by|turned out|from now on|no longer"
    r"|rejected|decided|agreed|chose|ruled out|avoid|prefer(?:s|red)?|convention|workaround"
    r"|the fix (?:is|was)|going forward|from here on|only (?:if|when|after)|unless|otherwise|do not|don['’]t|whenever"
    r"|(?:before|after) (?:each|every|any)|(?:each|every) time)\b",
    re.IGNORECASE,
)
_QUESTION = re.compile(
    r"^(?:(?:so|and|but|ok|okay|hey|well)[, ]+)*"
    r"(?:(?:what|why|who|which|where|how)\s+(?:is|are|was|were|do|does|did|can|could|should|would"
    r"|will|about|come|has|have)\b"
    r"|(?:can|could|would|will|should|do|does|did|is|are|was|have|has|may|shall)"
    r"\s+(?:you|we|i|it|this|that|there|they|he|she|someone|anyone)\b)",
    re.IGNORECASE,
)
_GREETING = re.compile(
    r"^(?:hi|hello|hey|good (?:morning|evening|afternoon)|thanks?|thank you|thx|cheers|bye"
    r"|ok(?:ay)?|great|nice|cool|perfect|awesome|sounds good|you['’]?re welcome|no problem|sure"
    r"|yes|no|yep|nope|done|lgtm|got it|i see)\b(?:[\s,!.]+(?:thanks?|thank you|there|all|everyone"
    r"|everybody|again|so much|a lot|very much|for (?:the|your) (?:help|answer)|(?:it|that) works"
    r"|works|to me|great|nice|perfect|please|now|today|then)\b)*[\s!.,]*$",
    re.IGNORECASE,
)
_SIGNS_OF_LIFE = frozenset(
    "heartbeat ping pong keepalive alive ack noop op no ok status session started ended resumed"
    " connected disconnected still here running test testing keep".split()
)
_TRANSIENT = re.compile(
    r"\b(?:tests?|checks?|builds?|ci|pipelines?|suites?|lints?|linters?|jobs?|mypy|ruff|pytest|specs?)"
    r"(?:\s+\w+){0,3}?\s+(?:now\s+)?(?:pass(?:es|ed)?\b|(?:is|are)\s+(?:now\s+|all\s+|still\s+)*"
    r"(?:(?:green|red|passing)\b|(?:failing|broken|running|fixed|done|clean)\b"
    r"(?!\s+(?:by|when|if|on|under|in|with|for|since|at|from)\b)))"
    r"|\b(?:currently|right now|at the moment|still)\s+(?:working on|running|building|waiting"
    r"|installing|looking|checking|reading|compiling|testing|debugging|deploying)\b"
    r"|\bi\s*(?:am|['’]m|will|['’]ll)\s+(?:now\s+|just\s+|going to\s+)?(?:work|look|check|read"
    r"|continu|start|begin|tr[yi])\w*"
    r"|\b(?:pushed|merged|committed|rebased|opened|closed)\s+(?:it|this|#\d+|to (?:main|master)"
    r"|(?:the |a )?(?:pr|mr|branch|commit|pull request|issue|changes?))\b"
    r"|\b(?:task|step|todo|pr|mr|ticket)(?:\s+#?\d+)?\s+(?:is\s+|has\s+been\s+)?"
    r"(?:completed?|done|finished|in progress|underway|pending)\b",
    re.IGNORECASE,
)
_VACUOUS = re.compile(
    r"^(?:the\s+)?(?:user|developer|assistant|team|we|they|i|you|exchange|conversation|discussion"
    r"|session)(?:\s+(?:and|&)\s+(?:the\s+)?(?:user|developer|assistant|i|we|you))?\s+"
    r"(?:have\s+|has\s+|had\s+|was\s+|were\s+|is\s+|are\s+|just\s+|briefly\s+|also\s+)*"
    r"(?:discuss\w*|talk\w*|chat\w*|look\w*\s+(?:at|into)|review\w*|explor\w*|work\w*\s+on|covered"
    r"|went\s+(?:over|through)|asked?\s+(?:about|for)|mentioned)\b",
    re.IGNORECASE,
)
_SAYS_MORE = re.compile(
    r"[,;:]|\b(?:but|and then|which|that|so|since|found|until|when|if)\b", re.IGNORECASE
)
_REQUEST = re.compile(
    r"^(?:(?:please|now|then|and|just|go ahead and|can you|could you|let['’]?s(?: just)?)\s+)*"
    r"(?:run|rerun|check|look|show|explain|tell|write|rewrite|read|open|close|fix|add|remove|delete"
    r"|rename|move|create|make|update|print|list|find|search|try|retry|continue|stop|start|restart"
    r"|refactor|implement|generate|summari[sz]e|describe|give|help|grep|commit|push|pull|merge"
    r"|revert|undo|install|build|compile|test|debug|review|format|translate|wait|apply|clean|sort"
    r"|compare)\b\s+(?:(?:the|a|an|my|your|our|this|that|these|those|it|them|me|us|all|some|any|again"
    r"|in|on|for|up|into|through|whether|if|what|why|how|where)\b|\S+\W*$)",
    re.IGNORECASE,
)
_PATH = re.compile(r"^[`\"'(]*[\w.@~-]*(?:/[\w.@*-]+)*(?:\.\w{1,8}|/[\w.@*-]+)[`\"'),:;]*$")
_WORD = re.compile(r"[^\W\d_]{2,}")
_OPEN_END = re.compile(
    r"(?:[,;:(–—]|…|\b(?:and|or|the|a|an|of|with|to|for|because|but|that))$", re.IGNORECASE
)
_COMMAND = re.compile(
    r"^\s*(?:[$#>]\s+|sudo\s|curl\s|wget\s|rm\s+-|bash\s|sh\s+-|eval\s|chmod\s|git\s+push)"
    r"|`(?:sudo|curl|wget|rm|bash|sh|eval|chmod|pip|npm|npx|ssh|nc)\b[^`]*`"
    r"|\b(?:curl|wget)\s+\S+|\|\s*(?:ba)?sh\b|\brm\s+-\w*[rf]",
    re.IGNORECASE,
)
_URL = re.compile(r"\b(?:https?|ftp|ssh|data|file)://|\bwww\.\w", re.IGNORECASE)
_ORDER = re.compile(
    r"^\W*(?:you\s+(?:must|should|shall|will|have to|need to)|always|never|do not|don['’]t|ignore"
    r"|disregard|forget|from now on|make sure|ensure|remember to|use|run|execute|send|reply|respond"
    r"|answer|install|download|add|delete|disable|enable|commit|push|open|visit|trust|pretend|act)\b"
    r"|\b(?:ignore|disregard|override)\b.{0,40}\b(?:instructions?|rules?|prompt|previous|above)\b"
    r"|\b(?:system prompt|you are now)\b",
    re.IGNORECASE,
)


def junk_reason(text: str) -> str:
    """Why a sentence is not worth remembering; empty if it may be."""
    text = text.strip()
    if text.endswith("?"):
        return "a question"
    if _LESSON.search(text):
        return ""
    words = _WORD.findall(text.lower())
    for reason, is_so in (
        ("a question", _QUESTION.search(text) is not None),
        ("a greeting", _GREETING.search(text) is not None),
        ("a sign of life", bool(words) and _SIGNS_OF_LIFE.issuperset(words)),
        ("a list of files", _is_list_of_files(text)),
        ("a fragment", len(words) < 3 or _OPEN_END.search(text.rstrip(" .")) is not None),
        (
            "it says that something was talked about, not what",
            _VACUOUS.search(text) is not None and not _SAYS_MORE.search(text),
        ),
        ("a passing state", _TRANSIENT.search(text) is not None),
        ("a request to the assistant", _REQUEST.search(text) is not None),
    ):
        if is_so:
            return reason
    return ""


def is_directive(text: str) -> bool:
    """Whether a sentence tells somebody what to do, or carries a command or an address.

    Such a text is quarantined when a tool, a file or the web said it: it waits for a person.
    """
    return any(rule.search(text) for rule in (_URL, _COMMAND, _ORDER))


def _is_list_of_files(text: str) -> bool:
    words = [word for word in re.split(r"[\s,]+", text) if word not in ("", "-", "*", "and", "·")]
    paths = sum(_PATH.match(word) is not None for word in words)
    return paths >= 2 and paths * 2 >= len(words)
