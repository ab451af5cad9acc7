"""The bar at the top of every page: the trial at hand, what this person may open there, and who they are."""

from dataclasses import dataclass, field
from typing import Any

from django import template
from django.urls import NoReverseMatch, reverse

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
    if Permission.ACCESS_MANAGE in {p for grant in actor.grants for p in ROLES[grant.role].permissions}:
        made.account_links = _present([("Accounts", "access:people", ())])
    made.account_links += _present([("Roles", "access:roles", ())])
    if not grants:
        return made
    made.role = ", ".join(dict.fromkeys(_role(grant.role, grant.site_code) for grant in grants))
    made.trial = next(
        ({"name": code, "href": page["href"]} for page in _present([(code, "trials:trial", (code,))])), {}
    )
    scope = Scope(trial_id=grants[0].trial_id)
    pages = [(label, name, (code,)) for label, name, permission in TRIAL_PAGES if actor.may(permission, scope)]
    made.links = [{**page, "current": path.startswith(page["href"])} for page in _present(pages)]
    if actor.may(Permission.SUBJECT_VIEW, scope):
        made.search_url = "".join(page["href"] for page in _present([("", "trials:participants", (code,))]))
    return made


def _role(role: str, site_code: str) -> str:
    label = next(facts.label for key, facts in ROLES.items() if key == role)
    return f"{label} {site_code}".strip()


def _present(pages: list[tuple[str, str, tuple[str, ...]]]) -> list[dict[str, str]]:
    found = []
    for label, name, args in pages:
        try:
            found.append({"label": label, "href": reverse(name, args=args)})
        except NoReverseMatch:
            continue
    return found
