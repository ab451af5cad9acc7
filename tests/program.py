"""A program that sends JSON with a token, as a person of the cast."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from edc.access.actor import Actor
from edc.access.operations import make_token

ROOT = "/api/v1"


class Program:
    """Sends requests and reads answers. `as_of` is the revision that a save names."""

    def __init__(self, token: str = "") -> None:
        self.client = Client()
        self.headers = {"Authorization": f"Token {token}"} if token else {}

    def get(self, path: str, /, **parameters: Any) -> Any:
        return self.client.get(f"{ROOT}/{path}", parameters, headers=self.headers)

    def post(self, path: str, /, **body: Any) -> Any:
        return self.raw("POST", path, json.dumps(body, default=str))

    def put(self, path: str, /, as_of: int | None = None, **body: Any) -> Any:
        headers = {} if as_of is None else {"If-Match": f'"{as_of}"'}
        return self.raw("PUT", path, json.dumps(body, default=str), **headers)

    def delete(self, path: str) -> Any:
        return self.client.delete(f"{ROOT}/{path}", headers=self.headers)

    def raw(self, method: str, path: str, body: str | bytes, **headers: str) -> Any:
        named = {name.replace("_", "-"): text for name, text in headers.items()}
        return self.client.generic(
            method, f"{ROOT}/{path}", body, content_type="application/json", headers={**self.headers, **named}
        )


def read_to_its_end(answer: Any) -> bytes:
    """Everything that was answered; the end of a download closes its file."""
    return b"".join(answer.streaming_content) if answer.streaming else bytes(answer.content)


ProgramOf = Callable[[Actor], Program]


@pytest.fixture
def program_of() -> ProgramOf:
    """A program with a token of this person."""

    def with_token(actor: Actor) -> Program:
        assert actor.user is not None
        _, text = make_token(by=actor, user=actor.user)
        return Program(text)

    return with_token


@pytest.fixture
def stranger() -> Program:
    """A program without a token."""
    return Program()
