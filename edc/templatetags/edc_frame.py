"""The bar at the top of every page: the trial at hand, what this person may open there, and who they are."""

from dataclasses import dataclass, field
from typing import Any

from django import template
from django.urls import reverse

from edc import __version__
from edc.access.actor import Actor
from edc.access.roles import ROLES, Permission
from edc.audit.recording import Scope

register = template.Library()

TRIAL_PAGES = (
    ("Participants", "trials:participants", Permission.SUBJECT_VIEW),
    ("Adverse events", "adverse_events:trial", Permission.ENTRY_VIEW),
    ("Queries", "visits:queries", Permission.ENTRY_VIEW),
    ("Deviations", "visits:deviations", Permission.DEVIATION_VIEW),
    ("Trail", "trail:trial", Permission.TRAIL_VIEW),
    ("Datasets", "extracts:datasets", Permission.EXTRACT_DATA),
    ("Protocol", "trials:protocol", Permission.TRIAL_VIEW),
    ("Access", "access:trial", Permission.ACCESS_VIEW),
)


@dataclass
class Frame:
    """What the bar shows; each part is empty where it does not apply."""

    home_url: str = "/"
    trial: dict[str, str] = field(default_factory=dict)
    links: list[dict[str, Any]] = field(default_factory=list)
    search_url: str = ""
    person: str = ""
    role: str = ""
    account_links: list[dict[str, str]] = field(default_factory=list)
    version: str = __version__


@register.simple_tag(takes_context=True)
def frame(context: template.RequestContext) -> Frame:
    """Return the bar for this page. It reads what the request already knows and asks the database nothing."""
    request = context.get("request")
    actor: Actor | None = getattr(request, "actor", None)
    if request is None or actor is None or not actor.key:
        return Frame()
    return _for(actor, context, request.path)


def _for(actor: Actor, context: template.RequestContext, path: str) -> Frame:
    made = Frame(person=actor.name)
    subject = context.get("subject")
    trial = getattr(subject, "trial", None) or context.get("trial")
    codes = sorted({grant.trial_code for grant in actor.grants})
    code = getattr(trial, "code", None) or (codes[0] if len(codes) == 1 else "")
    grants = [grant for grant in actor.grants if grant.trial_code == code]
    if any(Permission.ACCESS_MANAGE in ROLES[grant.role].permissions for grant in actor.grants):
        made.account_links.append({"label": "Accounts", "href": reverse("access:people")})
    made.account_links.append({"label": "Roles", "href": reverse("access:roles")})
    if not grants:
        return made
    made.role = ", ".join(dict.fromkeys(f"{ROLES[grant.role].label} {grant.site_code}".strip() for grant in grants))
    made.trial = {"name": code, "href": reverse("trials:trial", args=[code])}
    scope = Scope(trial_id=grants[0].trial_id)
    for label, name, permission in TRIAL_PAGES:
        if actor.may(permission, scope):
            href = reverse(name, args=[code])
            made.links.append({"label": label, "href": href, "current": path.startswith(href)})
    if actor.may(Permission.SUBJECT_VIEW, scope):
        made.search_url = reverse("trials:participants", args=[code])
    return made
