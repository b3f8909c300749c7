import re
from random import Random

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from featherchat.code.grammars import MAX_PARSED
from featherchat.code.symbol_changes import Fate, FileSymbols, SymbolChange, symbol_changes
from featherchat.code.symbols import shape_of, symbols_in
from tests.conftest import examples

TOKENS = b'''\
import time

LIFETIME = 900


@frozen
class Token:
    """What lets a person in."""

    def renew(self, at):
        # Old ones must not last.
        if at > self.until:
            raise Expired("too  late")
        return at + LIFETIME

    def end(self):
        def inner():
            return 0
        return inner()


def read(text):
    return Token(text)
'''

SAMPLES = {
    "a.py": (TOKENS, "LIFETIME Token Token.renew Token.end read"),
    "a.go": (
        b"package a\nconst Max = 3\nvar (\n\tx = 1\n)\ntype Box[T any] struct{ n int }\n"
        b"func (b *Box[T]) Open() { func() {}() }\nfunc Run() {}\n",
        "Max x Box Box.Open Run",
    ),
    "a.ts": (
        b"export const limit = 3\nexport default class Box { open() {} }\ninterface Lid { n: number }\n"
        b"enum Way { In }\ntype N = number\nexport function run() { const x = () => 1 }\n",
        "limit Box Box.open Lid Way N run",
    ),
    "a.jsx": (b"function run() { return <b/> }\nconst App = () => <i/>\n", "run App"),
    "a.tsx": (b"const App = () => <i/>\nclass A { b(): number { return 1 } }\n", "App A A.b"),
    "A.java": (b"class A { A() {} void b() {} enum E { X } }\n", "A A.A A.b A.E"),
    "a.kt": (b"class A { fun b() = 1 }\nobject O\nfun c() {}\n", "A A.b O c"),
    "a.scala": (b"trait T { def f: Int }\nobject O { def g() = 1 }\n", "T T.f O O.g"),
    "a.rs": (
        b"pub struct Box<T> { n: T }\nimpl<T> Box<T> { fn open(&self) {} }\nmod m { fn g() {} }\n"
        b"const N: u8 = 1;\n",
        "Box Box Box.open m m.g N",
    ),
    "a.c": (b"#define N 3\nstruct box { int n; };\nint *run(void) { return 0; }\n", "N box run"),
    "a.cpp": (
        b"namespace n { class Box { void open() {} }; }\nvoid n::Box::shut() {}\n"
        b"template <class T> T id(T t) { return t; }\n",
        "n n.Box n.Box.open n.Box.shut id",
    ),
    "a.rb": (
        b"module M\n  class A\n    def b; end\n    def self.c; end\n  end\nend\n",
        "M M.A M.A.b M.A.c",
    ),
    "a.php": (b"<?php\nclass A { function b() {} }\nfunction c() {}\n", "A A.b c"),
    "a.swift": (b"struct A { func b() {} }\nprotocol P {}\nfunc c() {}\n", "A A.b P c"),
}

QUICK = ["a.py", "a.go", "a.ts"]


def names(path: str, content: bytes) -> str:
    return " ".join(each.name for each in symbols_in(path, content))


def changes(before: bytes, after: bytes, path: str = "a.py") -> list[SymbolChange]:
    return [*symbol_changes([FileSymbols(path, symbols_in(path, before), symbols_in(path, after))])]


@pytest.mark.parametrize("path", QUICK)
def test_a_file_tells_what_it_defines(path: str) -> None:
    content, expected = SAMPLES[path]

    assert names(path, content) == expected


@pytest.mark.slow  # each grammar unfolds for a third of a second
@pytest.mark.parametrize("path", sorted(SAMPLES))
def test_every_language_tells_what_it_defines(path: str) -> None:
    content, expected = SAMPLES[path]

    assert names(path, content) == expected


def test_a_symbol_knows_its_kind_and_its_lines_with_its_decorators() -> None:
    found = {each.name: each for each in symbols_in("a.py", TOKENS)}

    assert (found["Token"].kind, found["Token"].first, found["Token"].last) == ("class", 6, 19)
    assert (found["Token.renew"].first, found["Token.renew"].last) == (10, 14)
    assert found["LIFETIME"].kind == "constant"


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\0def a(): pass",
        b"def a(): pass\n" * (MAX_PARSED // 10),
        b"(" * 50_000,
        b"\xff\xfe" * 99,
    ],
    ids=["empty", "binary", "huge", "brackets", "no text"],
)
def test_what_is_no_code_defines_nothing(content: bytes) -> None:
    assert symbols_in("a.py", content) == ()
    assert shape_of("a.py", content) == shape_of("a.py", content)


def test_a_language_without_grammar_has_a_shape_and_no_symbols() -> None:
    assert symbols_in("notes.txt", b"def a(): pass") == ()
    assert shape_of("notes.txt", b"one two") == shape_of("notes.txt", b"one\r\n  two\n")
    assert shape_of("notes.txt", b"one two") != shape_of("notes.txt", b"two one")


@pytest.mark.property
@settings(max_examples=examples(40, 500), deadline=None)
@given(content=st.binary(max_size=300), path=st.sampled_from(QUICK))
@example(content=b'"""', path="a.py")
@example(content=b"`${", path="a.ts")
def test_no_bytes_make_reading_fail(content: bytes, path: str) -> None:
    before = symbols_in(path, SAMPLES[path][0] + content)

    assert all(1 <= each.first <= each.last for each in before)
    assert shape_of(path, content) == shape_of(path, content)


@pytest.mark.property
@settings(max_examples=examples(40, 500), deadline=None)
@given(seed=st.randoms(use_true_random=False), wide=st.sampled_from(["  ", "\t", "   "]))
def test_shapes_are_equal_after_new_whitespace_and_comments(seed: Random, wide: str) -> None:
    lines = []
    for line in TOKENS.decode().splitlines():
        indent = len(line) - len(line.lstrip())
        spaced = re.sub(r" (?=[=+>])|(?<=[=+>]) ", lambda _: " " * seed.randint(1, 3), line.strip())
        said = wide * (indent // 4) + spaced
        lines += [said + "  # why" * seed.randint(0, 1), *[""] * seed.randint(0, 2)]
    plain = TOKENS.replace(b'    """What lets a person in."""\n\n', b"")
    said_again = "\r\n".join(lines).replace('"""What lets a person in."""', "")

    other = said_again.encode()

    assert [each.shape for each in symbols_in("a.py", other)] == [
        each.shape for each in symbols_in("a.py", plain)
    ]
    assert shape_of("a.py", other) == shape_of("a.py", TOKENS)
    assert changes(TOKENS, other) == []


@pytest.mark.property
@settings(max_examples=examples(40, 500), deadline=None)
@given(order=st.permutations(TOKENS.partition(b"\n\n")[2].split(b"\n\n\n")))
def test_what_only_moved_in_its_file_is_not_changed(order: list[bytes]) -> None:
    moved = b"import time\n\n" + b"\n\n\n".join(order) + b"\n"

    assert changes(TOKENS, moved) == []
    assert shape_of("a.py", moved) == shape_of("a.py", TOKENS)


def test_indentation_that_means_something_is_a_change() -> None:
    before = b"def a(x):\n    if x:\n        b()\n        c()\n"
    after = b"def a(x):\n    if x:\n        b()\n    c()\n"

    assert changes(before, after) == [SymbolChange("a.py", "a", Fate.CHANGED)]


def test_a_space_in_a_text_is_a_change() -> None:
    assert changes(TOKENS, TOKENS.replace(b"too  late", b"too late")) == [
        SymbolChange("a.py", "Token.renew", Fate.CHANGED)
    ]


def test_a_change_names_the_method_and_not_its_class() -> None:
    after = TOKENS.replace(b"at + LIFETIME", b"at + 60").replace(b"@frozen\n", b"")

    found = {each.name for each in changes(TOKENS, after)}
    inner = {each.name for each in changes(TOKENS, TOKENS.replace(b"at + LIFETIME", b"at + 60"))}

    assert found == {"Token", "Token.renew"}
    assert inner == {"Token.renew"}


def test_a_class_that_comes_stands_for_its_methods() -> None:
    found = changes(b"LIFETIME = 900\n", TOKENS)

    assert {each.name: each.fate for each in found} == {"Token": Fate.ADDED, "read": Fate.ADDED}


def test_what_moves_to_another_file_is_neither_added_nor_removed() -> None:
    head, _, read = TOKENS.partition(b"\n\n\ndef read")
    whole, rest = symbols_in("a.py", TOKENS), symbols_in("a.py", head)
    moved = symbols_in("b.py", b"def read" + read + b"def write(text):\n    pass\n")

    found = symbol_changes([FileSymbols("a.py", whole, rest), FileSymbols("b.py", (), moved)])

    assert found == (SymbolChange("b.py", "write", Fate.ADDED),)


@pytest.mark.property
@settings(max_examples=examples(40, 500), deadline=None)
@given(*[st.lists(st.sampled_from(TOKENS.partition(b"\n\n")[2].split(b"\n\n\n")), unique=True)] * 2)
def test_a_change_taken_back_adds_what_was_removed(one: list[bytes], other: list[bytes]) -> None:
    swapped = {Fate.ADDED: Fate.REMOVED, Fate.REMOVED: Fate.ADDED, Fate.CHANGED: Fate.CHANGED}
    before, after = b"\n\n\n".join(one) + b"\n", b"\n\n\n".join(other) + b"\n"

    there, back = changes(before, after), changes(after, before)

    assert {(each.name, each.fate) for each in there} == {
        (each.name, swapped[each.fate]) for each in back
    }
