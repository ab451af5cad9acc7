"""Reads the environment once, and names every wrong variable at once.

All the variables that the program knows are in `read`. A variable that begins with EDC_ and is not known is refused
too: a slip of the pen in EDC_SESSION_IDLE_MINUTES must not quietly leave a session open all day.
"""

from __future__ import annotations

import os
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast
from urllib.parse import urlsplit

import dj_database_url
import dj_email_url
from environs import Env, EnvValidationError
from marshmallow import ValidationError, validate

BASE_DIR = Path(__file__).resolve().parent.parent
MODES = ("demo", "development", "production")
SECRET_KEY_LENGTH = 50
ENGINES = ("django.db.backends.sqlite3", "django.db.backends.postgresql")
BROKERS = ("filesystem", "memory", "redis", "rediss")
# Read by the test suite and the measurements, not by the program.
NOT_OURS_TO_READ = ("EDC_REQUIRE_SERVICES", "EDC_TEST_", "EDC_BENCH_")


class WrongSettings(SystemExit):
    """The environment makes no sense, so the program does not start. Lists all that is wrong, line by line."""

    def __init__(self, problems: dict[str, list[str]]) -> None:
        self.problems = problems
        lines = [f"  {name}: {' '.join(said)}" for name, said in sorted(problems.items())]
        super().__init__("The program did not start. These environment variables are wrong:\n" + "\n".join(lines))


@dataclass(frozen=True)
class Environment:
    """What the environment says, checked and with defaults filled in."""

    mode: str
    variable_files: Path
    secret_key: str
    checkpoint_key: str
    allowed_hosts: list[str]
    database: dict[str, Any]
    cache: dict[str, Any]
    email: dict[str, Any]
    mail_from: str
    broker_url: str
    public_url: str
    proxies: int
    https_redirect: bool
    hsts_seconds: int
    session_idle_minutes: int
    session_hours: int
    lock_after_failures: int
    lock_minutes: int
    second_factor: bool
    token_days: int
    api_rate: str
    anonymous_rate: str
    log_level: str

    @property
    def production(self) -> bool:
        return self.mode == "production"


def read() -> Environment:
    """Read and check the environment.

    Raises `WrongSettings` with every wrong variable when anything is wrong.
    """
    env = Env(eager=False)
    env.add_parser("database", _database)
    env.add_parser("email", _email)
    mode = env.str("EDC_MODE", "demo", validate=validate.OneOf(MODES, error="Say one of: {choices}."))
    production = mode == "production"
    wanted = {} if production else {"default": ""}
    variable_files = Path(env.str("EDC_VAR", "") or BASE_DIR / "var")
    own_database = f"sqlite:///{variable_files / 'edc.sqlite3'}"
    broker_url = env.str("CELERY_BROKER_URL", "filesystem://", validate=_known_broker)
    values: dict[str, Any] = {
        "mode": mode,
        "variable_files": variable_files,
        "secret_key": env.str("SECRET_KEY", **wanted, validate=_long_enough),
        "checkpoint_key": env.str("EDC_CHECKPOINT_KEY", "", validate=_long_enough),
        "allowed_hosts": env.list("ALLOWED_HOSTS", validate=_hosts)
        if production
        else env.list("ALLOWED_HOSTS", ["127.0.0.1", "localhost", "[::1]"], validate=_hosts),
        "database": env.database("DATABASE_URL", **({} if production else {"default": own_database})),
        "cache": env.dj_cache_url("CACHE_URL", _shared_cache(broker_url)),
        "email": env.email("EMAIL_URL", f"file:///{variable_files / 'outbox'}"),
        "mail_from": env.str("EDC_MAIL_FROM", "edc@localhost", validate=validate.Email()),
        "broker_url": broker_url,
        "public_url": env.str("EDC_PUBLIC_URL", "http://127.0.0.1:8000", validate=_web_address),
        "proxies": env.int("EDC_PROXIES", 0, validate=validate.Range(0, 10)),
        "https_redirect": env.bool("EDC_HTTPS_REDIRECT", True),
        "hsts_seconds": env.int("EDC_HSTS_SECONDS", 31_536_000, validate=validate.Range(min=0)),
        "session_idle_minutes": env.int("EDC_SESSION_IDLE_MINUTES", 20, validate=validate.Range(1, 24 * 60)),
        "session_hours": env.int("EDC_SESSION_HOURS", 12, validate=validate.Range(1, 24 * 7)),
        "lock_after_failures": env.int("EDC_LOCK_AFTER_FAILURES", 10, validate=validate.Range(3, 20)),
        "lock_minutes": env.int("EDC_LOCK_MINUTES", 30, validate=validate.Range(min=1)),
        "second_factor": env.bool("EDC_SECOND_FACTOR", False),
        "token_days": env.int("EDC_TOKEN_DAYS", 30, validate=validate.Range(1, 366)),
        "api_rate": env.str("EDC_API_RATE", "600/min", validate=_rate),
        "anonymous_rate": env.str("EDC_ANONYMOUS_RATE", "60/min", validate=_rate),
        "log_level": env.str(
            "EDC_LOG_LEVEL",
            "INFO" if production else "WARNING",
            validate=validate.OneOf(("DEBUG", "INFO", "WARNING", "ERROR"), error="Say one of: {choices}."),
        ),
    }
    _refuse_what_is_wrong(env)
    if not values["secret_key"]:
        values["secret_key"] = _kept_secret(variable_files / "secret.key")
    if not values["checkpoint_key"]:
        values["checkpoint_key"] = _kept_secret(variable_files / "checkpoint.key")
    return Environment(**values)


def _refuse_what_is_wrong(env: Env) -> None:
    problems: dict[str, list[str]] = {}
    known = set(env.dump())
    try:
        env.seal()
    except EnvValidationError as error:
        said_of = cast(Mapping[str, list[str]], error.error_messages)
        problems |= {name: [str(each) for each in said] for name, said in said_of.items()}
        known |= set(problems)
    for name in os.environ:
        if name.startswith("EDC_") and name not in known and not name.startswith(NOT_OURS_TO_READ):
            problems[name] = ["There is no setting of this name."]
    if problems:
        raise WrongSettings(problems)


def _kept_secret(path: Path) -> str:
    """Return a secret of this installation, made on the first start and readable by its owner only."""
    try:
        return path.read_text(encoding="ascii")
    except FileNotFoundError:
        path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f"{path.name}.{os.getpid()}")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="ascii") as file:
        file.write(secrets.token_urlsafe(SECRET_KEY_LENGTH))
    try:
        # A link and not a rename: of two processes that start together, the first one's key stands.
        os.link(draft, path)
    except FileExistsError:
        pass
    finally:
        draft.unlink()
    return path.read_text(encoding="ascii")


def _database(url: str) -> dict[str, Any]:
    try:
        found = dj_database_url.parse(url, conn_max_age=60, conn_health_checks=True)
    except ValueError as error:
        raise ValidationError("Say postgres://user:password@host:port/name or sqlite:////path.") from error
    if found.get("ENGINE") not in ENGINES or not found.get("NAME"):
        raise ValidationError("Only PostgreSQL and SQLite are known, and the database needs a name.")
    return dict(found)


def _email(url: str) -> dict[str, Any]:
    if urlsplit(url).scheme not in dj_email_url.SCHEMES:
        raise ValidationError("Say smtp://user:password@host:port/?tls=True or file:////directory.")
    # Its parser takes host and port to be there only where the address names them; Django wants no empty ones.
    return {name: value for name, value in dj_email_url.parse(url).items() if value is not None}


def _shared_cache(broker_url: str | None) -> str:
    """Use the Redis of the work queue when there is one, so that all processes count requests together."""
    return broker_url if broker_url and broker_url.startswith(("redis://", "rediss://")) else "locmem://"


def _long_enough(key: str) -> None:
    if key and (len(key) < SECRET_KEY_LENGTH or len(set(key)) < 5):  # noqa: PLR2004 - Django's own deploy check
        raise ValidationError(f"Give at least {SECRET_KEY_LENGTH} random characters.")


def _hosts(hosts: list[str]) -> None:
    if not hosts or any(not host.strip() or host == "*" or "/" in host for host in hosts):
        raise ValidationError("Name the hosts that this server answers for, without a wildcard for all.")


def _known_broker(url: str) -> None:
    if urlsplit(url).scheme not in BROKERS:
        raise ValidationError("Say filesystem:// or redis://host:port/number.")


def _web_address(url: str) -> None:
    parts = urlsplit(url)
    if parts.scheme not in {"http", "https"} or not parts.netloc:
        raise ValidationError("Give the whole address, such as https://edc.example.org.")


def _rate(rate: str) -> None:
    number, _, period = rate.partition("/")
    if not number.isascii() or not number.isdigit() or period not in {"second", "min", "hour", "day"}:
        raise ValidationError("Say a number and a time, such as 600/min.")
