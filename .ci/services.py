"""Finds PostgreSQL and Redis for `.ci/run`, and makes a database of its own for a run. Needs no psql."""

import secrets
import sys
from urllib.parse import urlsplit

import psycopg
import redis
from psycopg import sql


def check(server: str, redis_url: str) -> None:
    """Stop with a plain sentence when one of the two does not answer."""
    try:
        with psycopg.connect(server, connect_timeout=5) as connection:
            print(f"PostgreSQL {connection.info.server_version // 10_000} answers.")
    except psycopg.OperationalError as error:
        sys.exit(f"PostgreSQL does not answer: {error}")
    try:
        with redis.Redis.from_url(redis_url, socket_connect_timeout=5) as client:
            print(f"Redis {client.info('server')['redis_version']} answers.")
    except redis.RedisError as error:
        sys.exit(f"Redis does not answer: {error}")


def create(server: str) -> None:
    """Make a fresh database and print its address."""
    name = f"edc_ci_{secrets.token_hex(4)}"
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
    print(urlsplit(server)._replace(path=f"/{name}").geturl())


def drop(server: str, url: str) -> None:
    """Remove the database again, whoever is still connected."""
    name = urlsplit(url).path.lstrip("/")
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))


if __name__ == "__main__":
    {"check": check, "create": create, "drop": drop}[sys.argv[1]](*sys.argv[2:])
