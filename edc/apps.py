from django.apps import AppConfig
from django.contrib.staticfiles.apps import StaticFilesConfig

from edc import celery


class Edc(AppConfig):
    """The project itself: the work queue that every process publishes to, and the checks of `manage.py check`."""

    name = "edc"
    label = "edc"
    queue = celery.app

    def ready(self) -> None:
        # Only now: the checks look at models, which can be imported once every app is known.
        from edc import checks  # noqa: PLC0415 - see above

        checks.register()


class StaticFiles(StaticFilesConfig):
    """Collects what our pages use, and leaves out pages of other packages that are not routed here."""

    ignore_patterns = [*StaticFilesConfig.ignore_patterns, "redoc", "rest_framework", "simple_history"]
