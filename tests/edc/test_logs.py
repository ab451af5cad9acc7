import json
import logging
import logging.config

import pytest
from django.db import IntegrityError

from edc.logs import logging_configuration


@pytest.fixture
def production_formatter() -> logging.Formatter:
    """The formatter that production log lines go through."""
    described = logging_configuration(level="INFO", as_json=True)["formatters"]["lines"]
    return described["()"](processors=described["processors"], foreign_pre_chain=described["foreign_pre_chain"])


def test_a_log_line_leaves_out_what_the_database_quotes(production_formatter: logging.Formatter) -> None:
    try:
        raise IntegrityError("Failing row contains (Smith, 1970-03-03).")
    except IntegrityError as error:
        told = (type(error), error, error.__traceback__)
    record = logging.LogRecord("edc", logging.ERROR, __file__, 1, "save failed", None, told)
    line = production_formatter.format(record)
    assert "Smith" not in line
    read = json.loads(line)
    assert (read["event"], read["level"], read["exception"]) == (
        "save failed",
        "error",
        "django.db.utils.IntegrityError",
    )
    assert "test_logs.py" in read["passed_through"][-1]


def test_a_log_line_is_one_json_object_in_utc(production_formatter: logging.Formatter) -> None:
    record = logging.LogRecord("edc.access", logging.INFO, __file__, 1, "two\nlines of %s", ("text",), None)
    (line,) = production_formatter.format(record).splitlines()
    read = json.loads(line)
    assert read["event"] == "two\nlines of text"
    assert read["timestamp"].endswith("Z")
