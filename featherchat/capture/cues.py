"""How people say that they decided, failed, found a cause, or want something kept to.

Patterns on one sentence of what a person typed, without its code and quotations.
A cue says what the sentence would be; a veto says why it is none after all: it asks,
supposes, reports somebody else, or speaks of this moment only. Precision goes first:
what is missed can still be said again, what is invented is believed.
"""

import re

from featherchat.memory import Kind


def _any(*patterns: str) -> re.Pattern[str]:
    return re.compile("|".join(patterns), re.IGNORECASE)


_WE = r"\b(?:we|i)(?:\s+(?:all|both|now|just|finally|then|also|have|had))*"
_WE_HAVE = rf"(?:{_WE}|\b(?:we|i)['’]?ve(?:\s+(?:now|just|finally|all|both))*)"
_WE_ARE = r"\b(?:we['’]?re|we\s+are|i['’]?m|i\s+am)(?:\s+(?:now|just|all|gonna\s+be))*"
_WE_WILL = r"\b(?:we|i)(?:['’]ll|\s+will|\s+shall)(?:\s+(?:just|now|only|always))*"
_LETS = r"\blet['’]?s(?:\s+(?:just|please|then|really))*"
_DO = (
    r"(?!(?:mind|again|the|a|an|had|been|seen|saw|heard|hear|knew|know|thought|understood|ever|have|has|was|were|is|in|on|at|by"
    r"|up|to|for|with|here|there|happy|glad|good|great|nice|fun|love|enjoy|feel|like|done|gone|got|get|see|said|hit|quit|so|too"
    r"|something|someone|been)\b)(?!(?!bring|ping|embed|feed|seed|string)\w+(?:ing|ed)\b)(?!\w+(?<!s)s\b)\w"
)
"""A verb that asks for something, in so far as a word can tell."""

_NOW_ON = r"\b(?:from\s+(?:now|here|today)\s+on(?:wards?)?|from\s+here\s+on\s+out|going\s+forward|as\s+of\s+(?:now|today))\b"

TRIED = _any(
    r"\b(?:we|i)(?:['’]?ve|\s+have|\s+had)?(?:\s+(?:already|also|once))?\s+tried\b(?!\s+(?:to|it|that|this"
    r"|your|my|again|running|calling|opening|debugging|fixing|finding|solving|reproducing|reading)\b).{3,}?[\s,;]+"
    r"(?:but|and\s+(?:it|that|they)|which|until)\b.*?(?:n['’]?t\b|\b(?:not|no|never|fail\w*|broke|crash\w*|lost|lose[sd]?"
    r"|losing|drop\w*|slow\w*|too|wrong|leak\w*|hang|hung|hangs|stall\w*|worse|flaky|unreliable|unusable|ran\s+out|corrupt\w*"
    r"|dead\w*|conflict\w*|time[sd]?\s*out|timeouts?|back\s+to|gave\s+up|mess\w*|blew|errors?"
    r"|lock\w*|block\w*|froze\w*|freez\w*|stuck|starv\w*|refus\w*)\b)",
)
"""Something was tried with an outcome; what was asked of a tool in passing is not meant."""

DEAD_END = _any(
    r"\b(?:is|was|were|turned\s+out)\s+(?:to\s+be\s+)?a\s+dead[\s-]end\b",
    r"\b(?:that|this|it)\s+(?:failed|did\s?n[o'’]?t\s+work(?:\s+out)?)[\s,]+because\b",
    r"\bturned\s+out\s+(?:not\s+to\s+work|unusable|(?:to\s+be\s+)?(?:far\s+|way\s+|much\s+)?too\s+\w+)",
    rf"{_WE_HAVE}\s+(?:gave|given)\s+up\s+on\b",
)

ANAPHORIC_FAILURE = _any(r"^(?:and\s+|but\s+)?(?:that|this|it)\s+(?:failed|did\s?n[o'’]?t\s+work)")
"""A failure of what the sentence before names."""

CAUSE = _any(
    r"\b(?:root\s+cause|culprit)(?:\s+of\b.{1,60})?\s+(?:was|is|turned\s+out)\b",
    r"\broot\s+cause\s*:",
    r"\bthe\s+(?:bug|problem|issue|crash|leak)\s+(?:was|came\s+from|turned\s+out\s+to\s+be)\b",
)
"""Names a cause outright."""

BREAKS = _any(
    r"\b(?:fail(?:s|ed)|crash(?:es|ed)|broke|breaks|hung|hangs|leak(?:s|ed)|stall(?:s|ed)|deadlock(?:s|ed)|freezes|froze"
    r"|time[sd]?\s+out|returned|lost|loses)\b"
)
"""Tells of a failure whose cause the next sentence may name."""

HINT_OF_CAUSE = _any(
    r"\bbecause\b",
    r"\bturn(?:s|ed)\s+out\b",
    r"\bit\s+was\b",
    r"\bcaused\s+by\b",
    r"\bdue\s+to\b",
    r"\bfound\s+it\b",
    r"\bsince\s+(?:the|a|our|we)\b",
)
"""May name a cause; only beside a fix it does."""

FIX = _any(
    r"\b(?:fixed|solved|cured|resolved)\s+(?:it|this|that|the\s+\w+)?\s*(?:by|with)\b",
    r"\b(?:fix|solve|cure|resolve)[sd]?(?:ed|es)?\s+(?:it|that|the\s+(?:problem|issue|bug|crash|leak))\b",
    r"\bthe\s+fix\s+(?:was|is)\b",
    r"\bdid\s+the\s+trick\b",
    r"^(?:(?:i|we)\s+)?\w{3,}ed\s.*\b(?:it['’]?s|has)\s+been\s+(?:fine|ok|quiet|stable)\b",
    r"^(?:(?:i|we)\s+)?\w{3,}ed\s.*\b(?:works|is\s+gone|went\s+away)\b",
)

REMEDY = re.compile(
    r"^(?:so\s+)?(?:(?:i|we)\s+)?(?:now\s+)?(?:\w{3,}(?<!ne)ed|set|put|made|took|split|reset)\s+\w",
    re.IGNORECASE,
)
"""What was done about a cause that the sentence before names."""

DECISION = _any(
    rf"{_WE_HAVE}\s+(?:decided|agreed|settled|opted|committed|concluded|voted|standardi[sz]ed)\b(?:\s*:|\s+\w)",
    r"\bwe(?:['’]?ve|\s+have)?(?:\s+(?:now|just|finally))*\s+(?:chose|chosen|picked(?!\s+up))\s+\w",
    r"\bi(?:['’]?ve)?\s+(?:chose|chosen|picked(?!\s+up))\s.*\b(?:over|instead\s+of|as\s+(?:our|the))\b",
    rf"{_WE_HAVE}\s+(?:went|gone)\s+with\b",
    rf"{_WE_HAVE}\s+(?:rejected|ruled\s+out|moved\s+(?:away\s+from|off))\b",
    r"\bwe(?:['’]?ve|\s+have)?(?:\s+(?:now|just|finally))*\s+(?:switched|migrated)\s+.*?\b(?:to|from|off)\s+\w",
    r"^(?:going|sticking|staying)\s+with\s+\w",
    r",\s*(?:that|it)(?:['’]?s|\s+is)\s+(?:now\s+)?(?:decided|settled|agreed|final)\b",
    rf"{_WE}\s+(?:no\s+longer|stopped)\s+(?!(?:get|getting|see|seeing|hit|hitting|have|having|fail|failing"
    r"|crash|crashing|know|at|here|working)\b)\w",
    r"\bchanged\s+(?:our|my)\s+minds?\s+(?:on|about)\b.*(?::|[,;.]\s)",
    r"(?:^|[.;]\s)(?:the\s+|our\s+|final\s+)?decision\s*:\s|\b(?:decided|agreed|settled|final\s+call)\s*:\s",
    r"\bit['’]?s\s+(?:decided|settled|agreed)\s*[:,]\s*(?!then\b)",
    rf"{_LETS}\s+(?:go|stick|stay)\s+with\b",
    rf"{_LETS}\s+(?:use|adopt|drop|ditch|standardi[sz]e\s+on|settle\s+on)\b",
    rf"{_LETS}\s+(?:switch|move|migrate)\b.*\bto\b",
    rf"{_WE_WILL}\s+(?:go|stick|stay)\s+with\b",
    rf"{_WE_WILL}\s+(?:use|adopt|drop|standardi[sz]e\s+on|not\s+use)\b",
    rf"{_WE_WILL}\s+(?:switch|move|migrate)\b.*\bto\b",
    rf"{_WE_ARE}\s+(?:going|sticking|staying)\s+with\b",
    rf"{_WE_ARE}\s+(?:standardi[sz]ing|settling)\s+on\b",
    r"\b(?:we['’]?re|we\s+are)(?:\s+now)?\s+(?:switching|moving|migrating)\b.*\bto\b",
    r"\b(?:we['’]?re|we\s+are)(?:\s+now)?\s+(?:dropping\s+(?:support|the|\S+\s+(?:for|in\s+favou?r))|replacing\b.*\bwith|getting\s+rid\s+of)\b",
    r"^(?:(?!(?:how|what|whatever|look|as|that|than|where|see|so)\b)\S+\s+){1,3}it\s+is(?:\s+then)?(?:[.!,]|$)",
)

CONFIRMS = _any(
    r"^(?:and\s+)?(?:that|this|it)(?:['’]?s|\s+is|\s+was)\s+(?:now\s+)?(?:settled|decided|agreed|final)\b"
)
"""Makes a decision of the sentence before."""

TO_ASSISTANT = _any(
    r"\b(?:answer|reply|respond|talk|write|speak|explain)\s+(?:to\s+)?(?:me\b|in\s+[a-z]+\b|short|brief)",
    r"\b(?:your|you)\b",
    r"\bcommit\s+messages?\b",
)
"""Is about how the assistant works for this person."""

RULE = _any(
    _NOW_ON,
    rf"^(?:never|always|do\s+not\s+ever|don['’]?t\s+ever)\s+{_DO}",
    rf"^(?:we|our\s+\w+)\s+(?:always|never)\s+(?!look\s+forward|run\s+into|end\s+up){_DO}",
    r"\bour\s+(?:convention|rule|policy|standard)\s+is\b",
    r"^(?:every|each|all|no|any)\b.{3,80}?\b(?:must|has\s+to|have\s+to|may\s+never|should\s+always|should\s+never)\b",
    r"^(?:\S+\s+){1,6}must\s+(?:always|never)\b",
    r"^(?:the\s+)?(?:rule|convention|policy)(?:\s+here)?\s*(?::|is\s+that\b)",
    r"^we\s+(?:don['’]?t|do\s+not)\s+(?:ever\s+)?(?:use|allow|commit|log|mock|ship|support|write|merge|deploy|squash"
    r"|rebase|vendor|check\s+in)\b",
    r"\b(?:is|are)\s+(?:banned|forbidden|not\s+allowed|off[\s-]limits|mandatory)\b",
)
"""Asks to be kept to by everybody."""

LEANS_BACK = _any(
    r"^(?:(?:i['’]?ll|we['’]?ll|please|and|so|just)\s+)*(?:\w+\s+){0,2}(?:it|that|this|those|them|these)\b"
)
"""Speaks of what the sentence before names, and says nothing without it."""

PREFERENCE = _any(
    r"^(?:i|i['’]d|i\s+would)(?:\s+(?:really|strongly|generally|usually|much|always))*\s+(?:prefer|rather\s+have)\s+"
    r"(?!(?:that|this|it|the|option|not|your|to\s+(?:wait|do\s+(?:it|that|this)))\b)\w",
    r"^i(?:\s+(?:really|generally|usually|always))*\s+(?:like|love|hate|dislike|can['’]?t\s+stand|want)\s+.*"
    r"\b(?:everywhere|on\s+everything|in\s+every|every\s+time|always|at\s+all\s+times"
    r"|in\s+(?:all\s+)?(?:my\s+)?(?:tests|code|docs|commits?|answers|reviews))\b",
    r"^i(?:['’]m|\s+am)?\s+(?:always|never|usually|generally)\s+(?:want|prefer|like|use|write|put|run|commit|squash"
    r"|rebase|name|format|review|need\s+to\s+see)\b",
    r"^(?:(?:please|pls|plz)\s+)?(?:don['’]?t|do\s+not|no\s+need\s+to)\s+(?:ever\s+)?(?:explain|apologi[sz]e|praise"
    r"|summari[sz]e|repeat|lecture|remind)\b",
    r"^(?:please|pls|plz)\s+(?:always|never|don['’]?t\s+ever|stop\s+\w+ing)\b",
    r"^stop\s+(?:adding|using|writing|putting|explaining|apologi[sz]ing|repeating|generating)\b",
)
"""How this developer likes to work."""

MOMENT = _any(
    r"\b(?:yet|for\s+now|right\s+now|for\s+the\s+moment|this\s+time|just\s+this\s+once|(?<!from\s)(?<!of\s)today|tonight|temporarily"
    r"|for\s+this\s+(?:one|pr|commit|test|file))\b",
    r"\b(?:in\s+)?(?:this|that)\s+(?:file|function|method|class|test|line|one|case|branch|snippet)\b",
    r"[,;]\s+just\b",
)
"""Holds for the work at hand only: no rule, and no decision of a "let's"."""

LOOSE = _any(rf"{_LETS}", rf"{_WE_WILL}", rf"{_WE_ARE}")
"""A decision in a form that requests of the moment have as well."""

EMPTY = _any(
    r"\b(?:go|going|stick|sticking|went)\s+with\s+(?:that|this|it|option\s+\w+|the\s+(?:first|second|third|last|other)"
    r"(?:\s+one)?|your\s+\w+|\w)\s*(?:[.,;!]|$|then\b|because\b|for\b)",
    r"\b(?:use|drop)\s+(?:that|this|it|those|these)\b",
    r"\b(?:decided|agreed|settled)\s+(?:on\s+|to\s+(?:do|use)\s+)?(?:that|this|it)\s*(?:[.,;!]|$)",
    r"\b(?:decided|agreed|settled|chose|chosen|picked)\s+(?:(?:up)?on\s+|about\s+)?(?:the|our|an?|some)\s+"
    r"(?:(?:new|final|overall|right|next|whole|general|basic)\s+)?(?:architecture|approach|design|direction|plan|solution"
    r"|way(?:\s+forward)?|strategy|option|stack|structure|details|basics|next\s+steps?|tools?|framework|library|database"
    r"|names?|naming|format|scope)\s*(?:[.!]|$)",
)
"""Points at something that stands elsewhere: alone it says nothing."""

SUPPOSES = _any(
    r"\b(?:could|might|may|maybe|perhaps|would|wouldn['’]?t|i['’]d|we['’]d|probably|possibly|someday|eventually"
    r"|hopefully|supposing|suppose|imagine|assuming|in\s+theory|hypothetically|thinking\s+(?:about|of)|wondering"
    r"|considering|tempted|not\s+sure|unsure|i\s+guess|at\s+some\s+point|one\s+day|let['’]?s\s+(?:say|assume|pretend"
    r"|see)|until)\b",
    r"\b(?:if|unless|whether|in\s+case|when(?:ever)?\s+we\s+(?:decide|agree))\b",
)
"""What only may be. It counts before the reason that a sentence gives."""

SUPPOSES_A_RULE = _any(
    r"\bif\s+(?:we|i)\s+(?:ever|had|were|could|did)\b|\bwhat\s+if\b|\b(?:would|could|might|maybe)\b"
)

UNDECIDED = _any(
    r"\b(?:not|n['’]?t|never|nobody|nothing|no\s+one|when|whenever|since|yet\s+to|still\s+have\s+to|need\s+to|have\s+to|must|should|can"
    r"|undecided|once|before|until|after|did|do|what|why|how|who|where)\s+(?:\w+\s+){0,2}?(?:decided|decide|agreed|agree|chose"
    r"|chosen|settled|picked|said|concluded|voted)\b",
    r"\bundecided\b|\bno\s+decision\b|\b(?:the|that|this)\s+\w+\s+(?:that\s+)?(?:we|i)(?:['’]?ve|\s+have)?\s+(?:chose|chosen|picked)\b",
)
"""A decision that has not been made, or that is asked for."""

REPORTS = _any(
    r"(?<!\bi\s)(?<!\bwe\s)(?<!\bi've\s)\b(?:says?|said|claims?|claimed|recommends?|recommended|suggests?|suggested|told\s+(?:me|us)"
    r"|wrote|writes|argues?|insists?|mentions?|mentioned)\b",
    r"\b(?:for\s+example|e\.g\.|according\s+to|i\s+(?:just\s+)?read|i\s+heard|supposedly|apparently\s+they|they|they['’]?ve|he['’]?s|she['’]?s)\b",
    r"\b(?:my|a|the|his|her|their|our|at|in|some)\s+(?:last|previous|old|former|other|another|different)\s+(?:job"
    r"|company|employer|team|shop|project|repo|client|workplace|startup|place)\b",
    r"\b(?:at|in)\s+another\s+\w+\b",
    r"\b(?:competitor|upstream)s?\b",
)
"""Somebody else's words, or another project."""

JOKES = _any(
    r"\b(?:lol|lmao|rofl|haha\w*|jk|just\s+kidding|kidding)\b", r"[😂🤣😜😉🙃]", r"(?:^|\s)/s\s*$"
)

ASKS = _any(
    r"\?\s*$",
    r"^(?:what|whats|what['’]s|why|how|who|where|when|which|can|could|should|shall|do|does|did|is|are|was|were|will"
    r"|would|have|has|isn['’]?t|any\s+idea)\s+(?:\w+\s+)?(?:we|i|you|it|that|this|the|a|there|our|my|they)\b",
    r"^(?:explain|show|tell|summari[sz]e|list|describe)\b",
)

REASON = re.compile(
    r"[\s,;(–—-]+(?:because|since|so\s+that|as\s+(?:it|we|the|that)|otherwise|cause)\b",
    re.IGNORECASE,
)
"""Where the reason of a sentence begins."""

_ORDER: tuple[tuple[str, re.Pattern[str]], ...] = (
    (Kind.DEAD_END, TRIED),
    (Kind.DEAD_END, DEAD_END),
    (Kind.BUG_FIX, CAUSE),
    (Kind.DECISION, DECISION),
    (Kind.PREFERENCE, PREFERENCE),
    (Kind.CONVENTION, RULE),
)


def doubt_of(sentence: str) -> str:
    """Why a sentence settles nothing, whatever is made of it; empty when it may."""
    for doubt, veto in (
        ("a question", ASKS),
        ("a joke", JOKES),
        ("somebody else's words", REPORTS),
        ("not decided yet", UNDECIDED),
    ):
        if veto.search(sentence):
            return doubt
    supposed = SUPPOSES.search(_claim(sentence)) and not DECISION.search(sentence)
    return "a supposition" if supposed else ""


def kind_of(sentence: str) -> str | None:
    """What a sentence states, None when it states nothing that is to be kept."""
    if ASKS.search(sentence) or JOKES.search(sentence):
        return None
    for kind, cue in _ORDER:
        found = cue.search(sentence)
        if found and not _is_vetoed(kind, sentence, found):
            if kind == Kind.CONVENTION and TO_ASSISTANT.search(sentence):
                return Kind.PREFERENCE
            return kind
    return None


def _is_vetoed(kind: str, sentence: str, cue: re.Match[str]) -> bool:
    claim = _claim(sentence, cue.end())
    if REPORTS.search(claim):
        return True
    if kind in (Kind.DEAD_END, Kind.BUG_FIX):
        return bool(SUPPOSES.search(claim[: cue.end()]))
    if kind != Kind.DECISION:
        return bool(MOMENT.search(claim) or SUPPOSES_A_RULE.search(claim.removeprefix("I would")))
    if UNDECIDED.search(claim) or EMPTY.search(sentence) or SUPPOSES.search(claim):
        return True
    return bool(LOOSE.match(cue[0]) and MOMENT.search(claim))


def _claim(sentence: str, start: int = 0) -> str:
    """What a sentence claims, without the reason that it gives."""
    reason = REASON.search(sentence, start)
    return sentence[: reason.start()] if reason else sentence
