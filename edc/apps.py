from django.apps import AppConfig

from edc import celery


class Edc(AppConfig):
    """The project itself: the work queue that every process publishes to, and the checks of `manage.py check`."""

    name = "edc"
    label = "edc"
    queue = celery.app

    def ready(self) -> None:
        # Only now: the checks look at models, which can be imported once every app is known.
        from edc import checks  # noqa: PLC0415

        checks.register()
