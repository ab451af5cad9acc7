from django.apps import AppConfig
from django.core import checks

from trials.checks import check_protocol_files


class Trials(AppConfig):
    """Protocols, sites, arms, subjects and their consent."""

    name = "trials"
    label = "trials"
    verbose_name = "Trials"

    def ready(self) -> None:
        checks.register(check_protocol_files)
