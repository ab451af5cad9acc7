from django.apps import AppConfig


class Audit(AppConfig):
    """What happened: acts, history, the chain of seals, verification."""

    name = "edc.audit"
    label = "audit"
    verbose_name = "Audit trail"
