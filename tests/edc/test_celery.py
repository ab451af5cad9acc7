from pathlib import Path

import pytest
from django.conf import settings

from edc import celery


def test_messages_carry_json_and_leave_no_result() -> None:
    assert list(celery.app.conf.accept_content) == ["json"]
    assert celery.app.conf.task_ignore_result


def test_what_runs_by_the_clock_is_a_task_that_exists() -> None:
    celery.app.autodiscover_tasks(force=True)
    assert {each["task"] for each in celery.app.conf.beat_schedule.values()} <= set(celery.app.tasks)


def test_a_second_worker_on_the_same_directory_is_refused(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(settings, "CELERY_BROKER_DIRECTORY", tmp_path)
    first, second = celery.OnlyWorker(None), celery.OnlyWorker(None)
    first.start(None)
    with pytest.raises(SystemExit, match="Another worker"):
        second.start(None)
    first.stop(None)
    second.start(None)
    second.stop(None)
