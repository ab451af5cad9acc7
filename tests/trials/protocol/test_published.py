"""The schema for editors is the one of this version."""

import json

from trials.protocol import json_schema
from trials.protocol.published import PUBLISHED


def test_the_published_schema_is_current() -> None:
    """If this fails: manage.py protocol schema > trials/protocols/schema.json"""
    assert PUBLISHED.read_text(encoding="utf-8") == json_schema()


def test_the_schema_knows_the_keys_as_they_are_written_in_files() -> None:
    schema = json.loads(json_schema())
    assert "schema" in schema["properties"]
    assert "class" in schema["$defs"]["Item"]["properties"]
    assert "from" in schema["$defs"]["ConsentVersion"]["properties"]
    assert schema["additionalProperties"] is False
