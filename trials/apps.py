from django.apps import AppConfig


class Trials(AppConfig):
    """Protocols, sites, arms, subjects and their consent."""

    name = "trials"
    label = "trials"
    verbose_name = "Trials"
