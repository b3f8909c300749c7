"""What a thing that a decision names may be called where it is imported or depended on."""

import re
from collections.abc import Mapping

_KNOWN: Mapping[str, str] = {
    "beautifulsoup": "bs4 beautifulsoup4",
    "dynamodb": "pynamodb",
    "elasticsearch": "elasticsearch-py",
    "kafka": "kafka-python confluent-kafka aiokafka kafkajs rdkafka sarama",
    "memcached": "pymemcache pylibmc memcache",
    "mongodb": "pymongo mongo mongoose motor mongoid",
    "mysql": "pymysql mysqlclient mysql2 mysql-connector-python mysqldb",
    "opencv": "cv2 opencv-python",
    "pillow": "pil",
    "postgresql": "postgres psycopg psycopg2 psycopg2-binary asyncpg pg pgx",
    "pyyaml": "yaml",
    "rabbitmq": "pika amqplib aio-pika lapin bunny",
    "redis": "ioredis aioredis redis-py",
    "scikit-learn": "sklearn",
    "sqlite": "sqlite3 aiosqlite rusqlite better-sqlite3 go-sqlite3",
}
"""Where the packages are not called like the thing."""

_OTHER_NAMES = {"postgres": "postgresql", "mongo": "mongodb", "sklearn": "scikit-learn"}

_MOST_WORDS = 2

_VAGUE = frozenset(
    "use using used keep keeping add adding adopt adopting introduce stay switch switching move"
    " moving migrate to a an the our own and or only just plain pure raw custom simple existing"
    " current new old another different library libraries framework frameworks package packages"
    " module modules crate crates gem gems client clients driver drivers database databases db"
    " broker server service tool tools orm with directly based apache aws google amazon hashicorp"
    " official everywhere instead store storage engine language js format standard via".split()
)
"""Words beside a name that are no part of it."""

_NO_NAMES = frozenset(
    "it this that them these those option options alternative approach nothing none both all any"
    " one two single multiple code files file data test tests type types class classes function"
    " functions method methods object objects model models api apis config configuration state"
    " string strings list map set table tables queue queues cache caches log logs event events"
    " time clock random error errors user users http json yaml xml csv sql process processes thread"
    " threads lock locks memory disk network path paths index build status quo default defaults"
    " environment variables variable flag flags global globals core common utils util shared base"
    " hybrid separate commit primitive agent decorator definition reviewer footprint stdin stdout"
    " telemetry metrics coordinator declining"
    " public private internal external manual automatic local remote sync async git main master"
    " branch version versions context interface interfaces schema spec message messages key keys"
    " value values id ids name names record records parser runtime monorepo microservices".split()
)
"""What is called so in one sentence is something else in the next, and some package has the name."""


def named_in(text: str) -> tuple[str, ...]:
    """The names that a text is made of, such as "requests" of "Use the requests library".

    None if it is a description, or a word that may mean anything.
    """
    ticked = re.findall(r"`([^`]+)`", text)
    bare = re.sub(r"\([^)]*\)|`[^`]*`|[\"'“”*!]", " ", text)
    words = [word.strip(".,:;") for word in bare.split()]
    telling = [word for word in words if word.lower() not in _VAGUE and word]
    if ticked:
        return () if telling else tuple(each for each in ticked if _is_name(each))
    name = " ".join(telling)
    return (name,) if len(telling) <= _MOST_WORDS and _is_name(name) else ()


def _is_name(name: str) -> bool:
    telling = re.search(r"[^\W\d]{2}", name) is not None and name.lower() not in _NO_NAMES
    return telling and re.fullmatch(r"[\w@./+# :-]+", name) is not None


def package_names(name: str) -> frozenset[str]:
    """What the packages of a thing are called, in lower case: "Next.js" is also "next"."""
    words = name.lower().split()
    forms = {separator.join(words) for separator in ("", "-", "_", ".")}
    forms |= {re.sub(r"[.-]?js$", "", each) for each in forms}
    forms |= {each.replace("_", "-") for each in forms}
    forms |= {each.replace("-", "_") for each in forms}
    for each in sorted(forms):
        known = _OTHER_NAMES.get(each, each)
        forms |= {known, *_KNOWN.get(known, "").split()}
    return frozenset(each for each in forms if len(each) > 1)
