"""The graph of decisions as text: every link once, and nothing in a title escapes its label."""

from hypothesis import given
from hypothesis import strategies as st

from featherchat.decisions import DrawnDecision, dot, mermaid
from featherchat.memory import Edge, RelationType

DECISIONS = (
    DrawnDecision("m2", "ADR-2 Use Y", "accepted"),
    DrawnDecision("m1", 'ADR-1 Use "X"', "superseded"),
)
EDGES = (
    Edge("m2", "m1", RelationType.SUPERSEDES),
    Edge("m2", "m1", RelationType.RELATED_TO),
    Edge("m2", "elsewhere", RelationType.SUPPORTS),
)


def test_mermaid_draws_each_decision_and_the_links_between_them() -> None:
    assert mermaid(DECISIONS, EDGES) == (
        "flowchart TD\n"
        '    d1["ADR-2 Use Y (accepted)"]\n'
        '    d2["ADR-1 Use #quot;X#quot; (superseded)"]:::superseded\n'
        '    d1 -->|"related to"| d2\n'
        '    d1 -->|"supersedes"| d2\n'
        "    classDef superseded opacity: 0.6\n"
    )


def test_dot_draws_the_same() -> None:
    assert dot(DECISIONS, EDGES) == (
        "digraph decisions {\n"
        "    node [shape=box];\n"
        '    d1 [label="ADR-2 Use Y (accepted)"];\n'
        '    d2 [label="ADR-1 Use \\"X\\" (superseded)", color=gray];\n'
        '    d1 -> d2 [label="related to"];\n'
        '    d1 -> d2 [label="supersedes"];\n'
        "}\n"
    )


def test_a_long_title_is_cut_and_its_status_is_not() -> None:
    drawing = mermaid([DrawnDecision("m1", "x" * 200, "accepted")], [])

    assert drawing == f'flowchart TD\n    d1["{"x" * 79}… (accepted)"]\n'


def test_without_decisions_there_is_an_empty_graph() -> None:
    assert mermaid((), EDGES) == "flowchart TD\n"
    assert dot((), EDGES) == "digraph decisions {\n    node [shape=box];\n}\n"


hostile = st.text(alphabet='"\\\n\r\x1b<>&#`;[](){}|-a\u2028\u202e', max_size=30)


@given(hostile, hostile.map(lambda text: text + "x"))
def test_a_title_never_leaves_its_label(title: str, relation: str) -> None:
    decisions = [DrawnDecision("a", title), DrawnDecision("b", "B")]
    edges = [Edge("a", "b", relation)]

    drawn, dotted = mermaid(decisions, edges), dot(decisions, edges)

    assert drawn.count("\n") == 4
    assert dotted.count("\n") == 6
    assert drawn.count('"') == 6
    assert dotted.replace("\\\\", "").replace('\\"', "").count('"') == 6
    assert not set(drawn + dotted) & set("\x1b\r\u2028\u202e")
