"""The protocol in words, and what changed from version to version."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, cast

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.text import slugify
from django.views.decorators.http import require_safe

from edc.access.middleware import ActingRequest
from trials import queries
from trials.models import ProtocolVersion
from trials.protocol import diff, show


@dataclass
class Chapter:
    """One part of the protocol in words."""

    title: str
    lines: list[str] = field(default_factory=list)

    @property
    def anchor(self) -> str:
        """The name by which the list of contents leads here."""
        return slugify(self.title)

    @property
    def text(self) -> str:
        """The words of this part."""
        return "\n".join(self.lines).strip("\n")


@login_required
@require_safe
def protocol(request: HttpRequest, code: str) -> HttpResponse:
    """One version in words, all versions with the sites that work with them, and what this one changed."""
    actor = cast(ActingRequest, request).actor
    trial = queries.trial_by_code(actor, code)
    version = queries.version_in_force(actor, trial, request.GET.get("version", "").replace("\0", ""))
    versions = queries.versions_of(actor, trial)
    before = next((each for each in versions if each.loaded_at < version.loaded_at), None)
    return render(
        request,
        "trials/protocol.html",
        {
            "trial": trial,
            "version": version,
            "chapters": list(chapters(show(version.protocol))),
            "versions": [_version(each, version) for each in versions],
            "before": before,
            "changes": [str(change) for change in diff(before.protocol, version.protocol)] if before else [],
            "crumbs": [
                {"label": trial.code, "href": reverse("trials:trial", args=[trial.code])},
                {"label": "Protocol"},
            ],
        },
    )


def _version(each: ProtocolVersion, shown: ProtocolVersion) -> dict[str, Any]:
    return {
        "version": each.version,
        "sha256": each.sha256,
        "loaded_at": each.loaded_at,
        "sites": ", ".join(site.code for site in each.sites.all()) or "no site yet",
        "shown": each.pk == shown.pk,
    }


def chapters(text: str) -> Iterator[Chapter]:
    """Split the words of a protocol at its titles, which are the lines that are underlined."""
    lines = text.splitlines()
    chapter = Chapter("The trial")
    for number, line in enumerate(lines):
        following = lines[number + 1] if number + 1 < len(lines) else ""
        if line and following and not following.strip("=") and len(following) == len(line):
            yield chapter
            chapter = Chapter(line)
        elif line.strip("=") or not line:
            chapter.lines.append(line)
    yield chapter
