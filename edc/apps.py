from django.apps import AppConfig

from edc import checks


class Edc(AppConfig):
    """The project itself: registers the checks that `manage.py check` runs."""

    name = "edc"
    label = "edc"

    def ready(self) -> None:
        checks.register()
