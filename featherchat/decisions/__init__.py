"""Architecture decision records: text to value to text, and the names of their files.

MADR 2 to 4, adr-tools (Nygard), log4brains, and whatever else people write under
"Context" and "Decision". Nothing here reads a file; ``parse`` takes any text.
"""

from featherchat.decisions.checking import Problem, conflict_in, is_record, problems, refusal
from featherchat.decisions.folder_checks import check
from featherchat.decisions.graph import DrawnDecision, dot, mermaid
from featherchat.decisions.linking import with_link, without_link
from featherchat.decisions.naming import next_name, number_of, slug
from featherchat.decisions.pairs import (
    LinkRequest,
    inverse,
    link_request,
    linked,
    superseding,
    unlinked,
)
from featherchat.decisions.parsing import parse
from featherchat.decisions.patching import with_status
from featherchat.decisions.rendering import render
from featherchat.decisions.resolving import reference_to, resolve
from featherchat.decisions.templates import filled
from featherchat.decisions.value import (
    Decision,
    Link,
    Option,
    RecordFile,
    Reference,
    Section,
    Style,
)

__all__ = [
    "Decision",
    "DrawnDecision",
    "Link",
    "LinkRequest",
    "Option",
    "Problem",
    "RecordFile",
    "Reference",
    "Section",
    "Style",
    "check",
    "conflict_in",
    "dot",
    "filled",
    "inverse",
    "is_record",
    "link_request",
    "linked",
    "mermaid",
    "next_name",
    "number_of",
    "parse",
    "problems",
    "reference_to",
    "refusal",
    "render",
    "resolve",
    "slug",
    "superseding",
    "unlinked",
    "with_link",
    "with_status",
    "without_link",
]
