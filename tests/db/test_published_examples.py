from pathlib import Path

import pytest

import featherchat as fdb
from tests.db.vectors import embed


def test_the_example_of_a_project_memory_runs_as_published(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    chunk, path, i = "The API talks to Postgres through a pool.", "docs/architecture.md", 3
    vec = embed(chunk)

    db = fdb.DB.open("project_memory.feather", dim=768)
    mem = db.add(vec, text=chunk, namespace="project-myapp", entity="architecture")
    mem.meta.set_attribute("source", path)
    mem.meta.set_attribute("chunk_index", i)
    mem.meta.set_attribute("importance", 1.8)
    decision_mem = db.add(
        embed("pool"), text="Use pgbouncer.", namespace="project-myapp", entity="decisions"
    )
    rationale_mem = db.add(
        embed("why"), text="Connections are dear.", namespace="project-myapp", entity="rationale"
    )
    code_mem = db.add(
        embed("code"), text="pool.py was added.", namespace="project-myapp", entity="code-changes"
    )
    db.add_edge(decision_mem.id, rationale_mem.id, edge_type="leads_to")
    db.add_edge(decision_mem.id, code_mem.id, edge_type="causes")
    chain = db.context_chain(vec, k=8, namespace="project-myapp", max_depth=2, half_life=90)
    for mem in chain:
        print(mem.meta.get_attribute("type", "memory"), mem.text)
    found = db.search(vec, k=5, namespace="project-myapp", entity="decisions", half_life=180)
    db.close()

    assert len(chain) == 4
    assert capsys.readouterr().out.splitlines()[0] == f"memory {chunk}"
    assert [each.text for each in found] == ["Use pgbouncer."]
    again = fdb.DB.open("project_memory.feather", dim=768)
    stored = again.search(vec, k=1, namespace="project-myapp")[0]
    assert stored.meta.get_attribute("source") == path
    assert stored.meta.get_attribute("chunk_index") == 3
    assert stored.meta.importance == 1.8
    again.close()


def test_the_example_of_a_user_memory_runs_as_published(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    db = fdb.DB.open("memory.feather", dim=768)
    db.add(id="mem_000", vec=embed("User prefers JavaScript"))

    meta = fdb.Metadata(importance=0.9)
    meta.set_attribute("user_id", "u_1")
    db.add(id="mem_001", vec=embed("User prefers TypeScript"), meta=meta)
    db.link(from_id="mem_001", to_id="mem_000", rel_type="supersedes", weight=1.0)
    results = db.search(query_vec=embed("…"), k=10, half_life=30, time_weight=0.3)
    query_vec = embed("User prefers TypeScript")
    chain = db.context_chain(query_vec, k=5, hops=2)
    db.close()

    assert [each.id for each in results] == ["mem_001"]
    assert results[0].meta.get_attribute("user_id") == "u_1"
    assert [(each.id, each.hop) for each in chain] == [("mem_001", 0), ("mem_000", 1)]
