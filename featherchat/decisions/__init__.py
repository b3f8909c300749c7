"""Architecture decision records: text to value to text, and the names of their files.

MADR 2 to 4, adr-tools (Nygard), log4brains, and whatever else people write under
"Context" and "Decision". Nothing here reads a file; ``parse`` takes any text.
"""

from featherchat.decisions.checking import Problem, is_record, problems
from featherchat.decisions.naming import next_name, number_of, slug
from featherchat.decisions.parsing import parse
from featherchat.decisions.patching import with_status
from featherchat.decisions.rendering import render
from featherchat.decisions.value import Decision, Link, Option, Reference, Section, Style

__all__ = [
    "Decision",
    "Link",
    "Option",
    "Problem",
    "Reference",
    "Section",
    "Style",
    "is_record",
    "next_name",
    "number_of",
    "parse",
    "problems",
    "render",
    "slug",
    "with_status",
]
