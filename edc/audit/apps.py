from importlib import import_module

from django.apps import AppConfig


class Audit(AppConfig):
    """What happened: acts, history, the chain of seals, verification."""

    name = "edc.audit"
    label = "audit"
    verbose_name = "Audit trail"

    def ready(self) -> None:
        # By name: models can be imported only once every app is known.
        import_module("edc.audit.receivers").connect(self)
