"""No secret and no escape sequence gets past the gate; innocent text passes unchanged."""

import base64
import itertools
import random
import re
import string
import time
import unicodedata

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from featherchat.privacy import OVERLAP, WINDOW, clean, clean_line, is_secret_file, redact

ALNUM = string.ascii_letters + string.digits
HEX = "0123456789abcdef"


def fake(length: int, alphabet: str = ALNUM) -> str:
    """Random characters, the same at each run, so that no key stands in this file."""
    return "".join(random.Random(f"{length}{alphabet}").choices(alphabet, k=length))


def fake_jwt() -> str:
    head, body = (
        base64.urlsafe_b64encode(part).decode().rstrip("=")
        for part in (b'{"alg":"HS256","typ":"JWT"}', b'{"sub":"1234567890","name":"Ada"}')
    )
    return f"{head}.{body}.{fake(43)}"


def fake_pem(label: str = "RSA PRIVATE KEY", lines: int = 25) -> str:
    body = "\n".join([*(fake(64, ALNUM + "+/") for _ in range(lines)), fake(10) + "=="])
    return f"-----BEGIN {label}-----\n{body}\n-----END {label}-----"


SECRETS = {
    "anthropic-key": ["sk-ant-api03-" + fake(93, ALNUM + "-_") + "AA"],
    "openai-key": ["sk-proj-" + fake(120, ALNUM + "-_"), "sk-" + fake(48), "sk-or-v1-" + fake(64, HEX)],
    "aws-access-key": ["AKIA" + fake(16, string.ascii_uppercase), "ASIA" + fake(16, "ABCDEFGH234567")],
    "github-token": [
        *(f"gh{kind}_{fake(36)}" for kind in "pousr"),
        f"github_pat_{fake(22)}_{fake(59)}",
    ],
    "gitlab-token": ["glpat-" + fake(20, ALNUM + "_-") + "x", f"glpat-{fake(27)}.01.{fake(9)}"],
    "slack-token": [f"xoxb-{fake(12, '123456789')}-{fake(24)}", f"xapp-1-A{fake(10)}-{fake(13)}-{fake(64, HEX)}"],
    "google-key": ["AIza" + fake(35, ALNUM + "_-"), "GOCSPX-" + fake(28), "ya29." + fake(60)],
    "stripe-key": ["sk_live_" + fake(24), "rk_test_" + fake(99), "whsec_" + fake(32)],
    "npm-token": ["npm_" + fake(36)],
    "pypi-token": ["pypi-AgEIcHlwaS5vcmc" + fake(120, ALNUM + "-_")],
    "huggingface-token": ["hf_" + fake(34, string.ascii_letters)],
    "voyage-key": ["pa-" + fake(43, ALNUM + "-_"), "al-" + fake(43)],
    "jwt": [fake_jwt()],
    "private-key": [
        fake_pem(),
        fake_pem("PRIVATE KEY"),
        fake_pem("OPENSSH PRIVATE KEY", lines=40),
        fake_pem().replace("\n", "\\n"),
        fake_pem().replace("KEY-----\n", "KEY-----\nProc-Type: 4,ENCRYPTED\nDEK-Info: DES-CBC,AB12\n\n", 1),
        fake_pem().rpartition("\n-----END")[0].rpartition("\n")[0],
    ],
    "sendgrid-key": [f"SG.{fake(22)}.{fake(43)}"],
    "twilio-key": ["SK" + fake(32, HEX)],
    "digitalocean-token": ["dop_v1_" + fake(64, HEX)],
    "telegram-token": [f"{fake(10, '123456789')}:AA{fake(33, ALNUM + '_-')}"],
    "groq-key": ["gsk_" + fake(52)],
    "databricks-token": ["dapi" + fake(32, HEX)],
    "docker-token": ["dckr_pat_" + fake(27)],
    "linear-key": ["lin_api_" + fake(40)],
    "notion-token": ["ntn_" + fake(46)],
    "shopify-token": ["shpat_" + fake(32, HEX)],
    "vault-token": ["hvs." + fake(95)],
    "grafana-token": [f"glsa_{fake(32)}_{fake(8, HEX)}"],
    "atlassian-token": ["ATATT3" + fake(180, ALNUM + "_-")],
    "age-key": ["AGE-SECRET-KEY-1" + fake(58, "QPZRY9X8GF2TVDW0S3JN54KHCE6MUA7L")],
    "azure-secret": [f"{fake(3)}8Q~{fake(34)}"],
}  # fmt: skip
NAMED = [(name, secret) for name, secrets in SECRETS.items() for secret in secrets]

IN_CONTEXT = {
    "azure-key": ("DefaultEndpointsProtocol=https;AccountName=a;AccountKey=", fake(86) + "==", ";x"),
    "azure-signature": ("https://a.blob.core.windows.net/c?sv=2024&sig=", fake(43) + "%3D", "&se=1"),
    "slack-webhook": ("https://hooks.slack.com/", f"services/T{fake(8)}/B{fake(8)}/{fake(24)}", " "),
    "discord-webhook": ("https://discord.com/api/", f"webhooks/123456789012/{fake(68)}", " "),
    "teams-webhook": ("https://a.webhook.office.com/", f"webhookb2/{fake(36)}@{fake(36)}", " "),
    "aws-secret": ("aws_secret_access_key = ", fake(40, ALNUM + "/+"), "\n"),
    "authorization": ('"Authorization": "Basic ', fake(32), '"'),
    "bearer": ("curl -H 'x: Bearer ", fake(40), "'"),
    "url-password": ("postgres://app:", "s3cr.et-Pa55", "@db.example.org:5432/app"),
}  # fmt: skip

ASSIGNMENTS = [
    ('password = "', "hunter2", '"'),
    ("password='", "c0rrect.Horse", "'"),
    ("api_key: ", fake(32), "\n"),
    ("apiKey: '", fake(24), "',"),
    ('{"client_secret": "', fake(40), '"}'),
    ('{\\"token\\": \\"', fake(24), '\\"}'),
    ("export DB_PASSWORD=", "hunter2", "\n"),
    ("POSTGRES_PASSWORD: ", "hunter2", "\n"),
    ('password: str = "', "hunter2!", '"'),
    ("config['secret'] = '", fake(20), "'"),
    ("<password>", "Xk9mP2vL7q", "</password>"),
    ("token := `", fake(20), "`"),
    ("The password is ", "Xk9#mP2$vL", " since May."),
    ("SECRET_KEY=", fake(50), ""),
    ('"api-key" => "', fake(20, HEX), '"'),
]

INNOCENT = [
    "commit 9fceb02d0ae598e95dc970b74767f19372d61af8",
    "see 9fceb02 and 6c9c6101a956d62dfb5e7190c538226c0c5bb9cb27b651234b6df063ee7dbfe4",
    "id 550e8400-e29b-41d4-a716-446655440000, 01ARZ3NDEKTSV4RRFFQ69G5FAV",
    f'"integrity": "sha512-{fake(86, ALNUM + "+/")}=="',
    f"sha256-{fake(43, ALNUM + '+/')}=",
    "password = get_password()",
    "password = getpass.getpass('Password: ')",
    "def login(password: str, token: str | None = None) -> Token2:",
    "token = tokens[0]",
    "token = self.tokens2.current3",
    'api_key = os.environ["OPENAI_API_KEY2"]',
    "api_key: ${{ secrets.API_KEY_1 }}",
    'password: "${DB_PASSWORD_2}"',
    "PASSWORD=$1",
    'api_key = "YOUR_API_KEY_1"',
    'password = "example-123"',
    "max_tokens: 4096, token_type = bearer, tokenizer = 'bge-small-en-v1.5'",
    "secret: vault://kv/data/app1",
    "secret_file: /run/secrets/db1",
    "the token is required and the secret is out",
    "token: uint256, pass: 1.2.3, key: v2",
    "<div class='sk-folding-cube-wrapper-container'>",
    "risk-assessment-of-the-2024-migration and task-3-of-the-plan-for-2025",
    "pa-2023-01-01-a-long-slug-about-something-or-other",
    "npm_config_registry npm_package_dependencies_some_thing",
    "http://localhost:8080/path and git@github.com:owner/name.git",
    "postgres://${USER}:${PASSWORD}@host/db",
    "Files that begin with -----BEGIN PRIVATE KEY----- are keys, and keys stay at home.",
    "-----BEGIN CERTIFICATE-----\n" + fake(64) + "\n-----END CERTIFICATE-----",
    "the bearer of good news arrived; Bearer authentication is described in section-four",
    "bypass=true1 compass: north1 encompass = abc123",
]


@pytest.mark.parametrize(
    ("name", "secret"), NAMED, ids=[f"{n}-{i}" for i, (n, _) in enumerate(NAMED)]
)
@pytest.mark.parametrize(
    "sentence", ["{}", "We use {} here.", 'key="{}"', "a\\n{}\\nb", "?k=%20{}", "x:{},"]
)
def test_a_secret_is_redacted_whole_in_any_sentence(name: str, secret: str, sentence: str) -> None:
    before, after = sentence.split("{}")

    redacted = redact(before + secret + after)

    assert redacted.found == (name,)
    assert re.fullmatch(re.escape(before) + rf"\[redacted:{name}:[0-9a-f]{{4}}\]" + re.escape(after), redacted.text)  # fmt: skip


@pytest.mark.parametrize("name", IN_CONTEXT)
def test_a_secret_is_known_by_what_stands_around_it(name: str) -> None:
    before, secret, after = IN_CONTEXT[name]

    redacted = redact(before + secret + after)

    assert redacted.found == (name,)
    assert redacted.text.startswith(f"{before}[redacted:{name}:")
    assert redacted.text.endswith(f"]{after}")


@pytest.mark.parametrize(("before", "secret", "after"), ASSIGNMENTS)
def test_a_literal_given_to_a_secret_name_is_redacted(before: str, secret: str, after: str) -> None:
    redacted = redact(before + secret + after)

    assert redacted.found == ("assigned-secret",)
    assert redacted.text.startswith(f"{before}[redacted:assigned-secret:")
    assert redacted.text.endswith(f"]{after}")


@pytest.mark.parametrize("text", INNOCENT)
def test_innocent_text_survives(text: str) -> None:
    assert redact(text).text == text


def test_one_secret_has_one_mark_and_another_key_gives_another_mark() -> None:
    secret = "ghp_" + fake(36)

    first, second = redact(f"{secret} {secret}", key=b"one").text.split()
    other = redact(secret, key=b"two").text

    assert first == second
    assert first != other


def test_a_specific_rule_names_what_a_general_one_also_finds() -> None:
    assert redact(f'api_key = "sk-ant-{fake(40)}"').found == ("anthropic-key",)


def test_secrets_come_in_the_order_of_the_text() -> None:
    text = f"npm_{fake(36)} then AKIA{fake(16, string.ascii_uppercase)} then npm_{fake(36)}"

    assert redact(text).found == ("npm-token", "aws-access-key", "npm-token")


@pytest.mark.parametrize("secret", ["ghp_" + fake(36), fake_pem(), fake_jwt()])
def test_nothing_is_missed_where_two_windows_meet(secret: str) -> None:
    middle = len(secret) // 2
    for seam in (WINDOW - OVERLAP, WINDOW):
        for start in (
            *range(seam - middle - 3, seam - middle + 3),
            seam - len(secret),
            seam - 1,
            seam,
        ):
            text = " " * start + secret + " " * WINDOW

            redacted = redact(text).text

            assert redacted.split()[0].startswith("[redacted:")
            assert len(redacted.split()) == 1


@pytest.mark.parametrize(
    "unit",
    ["eyJ-", "eyJaaaaaaaaaa.", "sk-", "-----BEGIN PRIVATE KEY-----\nA: b\n", "://a:", "pass=", 'pass="', "awskey"],
)  # fmt: skip
def test_a_hostile_megabyte_takes_time_linear_in_its_length(unit: str) -> None:
    def seconds(length: int) -> float:
        text = unit * (length // len(unit))
        started = time.process_time()
        redact(text)
        return time.process_time() - started

    quarter, whole = seconds(250_000), seconds(1_000_000)

    # A quadratic rule would take 16 times as long, and minutes in all.
    assert whole < 10 * quarter + 0.5


FRAGMENTS = st.one_of(
    st.sampled_from([secret for _, secret in NAMED if len(secret) < 200]),
    st.sampled_from([before + secret for before, secret, _ in [*ASSIGNMENTS, *IN_CONTEXT.values()]]),
    st.sampled_from(["password", "token: ", "=", '"', "'", "@", "://", ":", " ", "-", "_", "\\n", "Bearer ", "."]),
    st.sampled_from(["[redacted:jwt:12af]", "AKIA", "sk-", "eyJ", "x", "a1B2c3", "pass="]),
    st.text(max_size=5),
)  # fmt: skip


@given(st.lists(FRAGMENTS, max_size=8).map("".join))
@example("sk-ant-" + fake(40) + "POSTGRES_PASSWORD: hunter2POSTGRES_PASSWORD: hunter2")
@example("sk-ant-" + fake(40) + "POSTGRES_PASSWORD: hunter2POSTGRES_PASSWORD=hunter2")
@example("POSTGRES_PASSWORD: hunter2aws_secret_access_key = " + fake(40))
@example(SECRETS["age-key"][0] + "".join(IN_CONTEXT["slack-webhook"]))
def test_redacting_twice_changes_nothing(text: str) -> None:
    once = redact(text)

    assert redact(once.text).text == once.text


@pytest.mark.parametrize(
    "path",
    [
        ".env", "a/.env.local", "prod.env", ".env-production", ".netrc", "home/.ssh/id_rsa", "server.pem",
        "tls/private.key", "release.keystore", "a.p12", ".aws/credentials", "credentials.json", "secrets.yaml",
        ".npmrc", ".pypirc", ".git-credentials", ".pgpass", "service-account-prod.json", "terraform.tfstate",
        "C:\\work\\.ENV", ".docker/config.json", ".kube/config", "client_secret_123.apps.json",
    ],
)  # fmt: skip
def test_a_file_of_secrets_is_known_by_its_name(path: str) -> None:
    assert is_secret_file(path)


@pytest.mark.parametrize(
    "path",
    [
        ".env.example", ".env.sample", ".env.local.template", "id_rsa.pub", "environment.py", "docs/secrets.md",
        "credentials.py", "config.json", "src/config", "README.md", "keys.py", "monkey.txt", "env.d.ts",
    ],
)  # fmt: skip
def test_other_files_may_be_read(path: str) -> None:
    assert not is_secret_file(path)


@pytest.mark.parametrize(
    ("raw", "cleaned"),
    [
        ("\x1b[31mred\x1b[0m", "red"),
        ("a\x9b2Jb", "ab"),
        ("\x1b]52;c;ZXZpbA==\x07x", "x"),
        ("\x1b]8;;http://evil\x1b\\link\x1b]8;;\x1b\\", "link"),
        ("\x9d0;title\x9cx", "x"),
        ("\x1b]0;never ended\nnext line", "\nnext line"),
        ("\x1bPq#0;2\nsixel\x1b\\x", "x"),
        ("\x1b_apc\x1b\\\x1b^pm\x1b\\\x1bXsos\x1b\\x", "x"),
        ("\x90a\x9c\x98b\x9c\x9ec\x9c\x9fd\x9cx", "x"),
        ("\x1b(B\x1b7x\x1bc", "x"),
        ("a\r\nb\tc\rd\0\x07\x7f\x85", "a\nb\tcd"),
        ("\x1b\x1b[31m]0;x", "]0;x"),
        ("a\u202eb", "a⟦U+202E⟧b"),
        ("a\u200bb\ufeffc", "a⟦U+200B⟧b⟦U+FEFF⟧c"),
        ("\ufeffa file with a mark", "a file with a mark"),
        ("x\U000e0041", "x⟦U+E0041⟧"),
        ("👩\u200d💻 ❤\ufe0f 1\ufe0f\u20e3 🏳\ufe0f\u200d🌈", "👩\u200d💻 ❤\ufe0f 1\ufe0f\u20e3 🏳\ufe0f\u200d🌈"),
        ("می\u200cخواهم", "می\u200cخواهم"),
        ("a\u200db\ufe0f", "a⟦U+200D⟧b⟦U+FE0F⟧"),
        ("a\u2028b", "a\nb"),
        ("\ud800x", "\ufffdx"),
    ],
)  # fmt: skip
def test_cleaned_text_only_shows(raw: str, cleaned: str) -> None:
    assert clean(raw) == cleaned


HOSTILE = st.lists(
    st.one_of(
        st.text(st.characters(exclude_categories=()), max_size=6),
        st.sampled_from(["\x1b", "\x1b]", "\x1bP", "\x1b[", "\x9d", "\x9b", "\x9c", "\x07", "\x1b\\", "\n", "😀", "\u200d", "\ufe0f"]),
    ),
    max_size=12,
).map("".join)  # fmt: skip


@given(HOSTILE)
@example("a\ufe0f\u200d😀")
def test_no_control_is_ever_left_and_cleaning_twice_changes_nothing(text: str) -> None:
    cleaned = clean(text)

    assert not [c for c in cleaned if unicodedata.category(c) in {"Cc", "Cs"} and c not in "\n\t"]
    assert not [c for c in cleaned if c in "\u202a\u202e\u2066\u200b\u2028"]
    assert clean(cleaned) == cleaned
    assert cleaned.encode().decode() == cleaned


@pytest.mark.parametrize("unit", ["\x1b]", "\x9d\n", "\x1b[", "\x1b[1;", "\u200d", "\x1bP\x1b"])
def test_a_hostile_megabyte_is_cleaned_in_linear_time(unit: str) -> None:
    started = time.process_time()

    clean(unit * (1_000_000 // len(unit)))

    assert time.process_time() - started < 5


@given(HOSTILE)
def test_a_cleaned_line_is_one_line(text: str) -> None:
    line = clean_line(text)

    assert len(line.splitlines()) <= 1
    assert "  " not in line
    assert clean_line(line) == line


def test_of_two_secrets_side_by_side_nothing_is_left() -> None:
    for (_, first), (_, second) in itertools.product(NAMED, repeat=2):
        for between in (" ", ",", "\n"):
            redacted = redact(first + between + second).text

            assert re.sub(r"\[redacted:[a-z-]+:[0-9a-f]{4}\]", "", redacted) in {"", between}
