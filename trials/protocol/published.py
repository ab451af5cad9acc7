"""The JSON Schema of protocol files, for editors that complete keys and mark mistakes while typing."""

import json
from pathlib import Path

from trials.protocol.schema.protocol import Protocol

PUBLISHED = Path(__file__).resolve().parent.parent / "protocols" / "schema.json"


def json_schema() -> str:
    """The schema as it is published in `trials/protocols/schema.json`.

    Library parts are merged in after reading, so nothing that may come from there is required.
    """
    schema = Protocol.model_json_schema(by_alias=True)
    schema["$schema"] = "https://json-schema.org/draft/2020-12/schema"
    schema["title"] = "Protocol file"
    return json.dumps(schema, indent=1, ensure_ascii=False, sort_keys=True) + "\n"
