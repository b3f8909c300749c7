"""What a line brings in: only forms that leave no doubt."""

import pytest

from featherchat.code.imports import brought_in, is_code


@pytest.mark.parametrize(
    ("path", "line", "name"),
    [
        ("a.py", "import os, requests as r", "requests"),
        ("a.py", "    from requests.adapters import HTTPAdapter", "requests.adapters"),
        ("a.ts", 'import { create } from "zustand";', "zustand"),
        ("a.tsx", "} from '@tanstack/query'", "@tanstack/query"),
        ("a.js", "const _ = require('lodash/fp');", "lodash"),
        ("a.go", '\tmux "github.com/gorilla/mux"', "mux"),
        ("a.rs", "pub use tokio::sync::Mutex;", "tokio"),
        ("A.java", "import org.apache.kafka.clients.Producer;", "kafka"),
        ("a.rb", "require 'sidekiq'", "sidekiq"),
        ("a.cs", "using Newtonsoft.Json;", "newtonsoft"),
        ("pyproject.toml", '    "requests[socks]>=2",', "requests"),
        ("pyproject.toml", 'dependencies = ["httpx>=1", "requests"]', "requests"),
        ("requirements-dev.txt", "requests==2.31 ; python_version > '3'", "requests"),
        ("package.json", '    "redis": "^4.0.0",', "redis"),
        ("Cargo.toml", 'metrics = { version = "1" }', "metrics"),
        ("Cargo.toml", "[dependencies.metrics]", "metrics"),
        ("go.mod", "\tgithub.com/redis/go-redis/v9 v9.0.1", "redis"),
        ("Gemfile", 'gem "sidekiq", "~> 7"', "sidekiq"),
        ("pom.xml", "    <artifactId>kafka-clients</artifactId>", "kafka-clients"),
        ("build.gradle", "implementation 'org.apache.kafka:kafka-clients:3.1'", "kafka-clients"),
        ("deploy/docker-compose.yml", "    image: redis:7-alpine", "redis"),
        ("Dockerfile", "FROM docker.io/library/alpine:3.20", "alpine"),
    ],
)
def test_imports_and_dependencies_are_named(path: str, line: str, name: str) -> None:
    assert name in brought_in(path, line)


@pytest.mark.parametrize(
    ("path", "line"),
    [
        ("a.py", "# import requests"),
        ("a.py", "from .requests import get"),
        ("a.py", "imports of requests are slow"),
        ("a.ts", "import { a } from './zustand'"),
        ("a.ts", "// data from 'zustand'"),
        ("a.rs", "use crate::metrics::Counter;"),
        ("go.mod", "\tgithub.com/redis/go-redis/v9 v9.0.1 // indirect"),
        ("poetry.lock", 'name = "requests"'),
        ("package.json", '    "test": "redis-server && jest",'),
        ("README.md", "import requests"),
        ("a.py", f"import {'x' * 600}"),
    ],
)
def test_everything_else_brings_in_nothing(path: str, line: str) -> None:
    assert not brought_in(path, line) & {"requests", "zustand", "metrics", "redis", "test"}


def test_an_import_within_a_text_is_no_code() -> None:
    content = b'"""Do not\n\nimport requests\n"""\nimport requests\n'

    assert [is_code("a.py", content, line) for line in (3, 5)] == [False, True]
    assert is_code("broken.py", b"def (", 1)
    assert is_code("a.go", content, 3)
