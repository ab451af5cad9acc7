from django.apps import AppConfig

from edc import celery, checks


class Edc(AppConfig):
    """The project itself: the work queue that every process publishes to, and the checks of `manage.py check`."""

    name = "edc"
    label = "edc"
    queue = celery.app

    def ready(self) -> None:
        checks.register()
