"""Every address of the system, with one of everything filled in."""

import itertools
from collections.abc import Iterator, Mapping, Sequence

from django.urls import URLPattern, URLResolver, get_resolver, reverse
from django.urls.exceptions import NoReverseMatch

ELSEWHERE = {"api:nothing"}


def names() -> list[tuple[str, list[str]]]:
    """The name of every route with the names of its parameters."""
    found: dict[str, list[str]] = {}

    def walk(patterns: Sequence[URLPattern | URLResolver], space: str, above: list[str]) -> None:
        for pattern in patterns:
            here = [*above, *pattern.pattern.converters, *getattr(pattern.pattern, "regex", above).groupindex]
            here = list(dict.fromkeys(here))
            if isinstance(pattern, URLResolver):
                inner = ":".join(part for part in (space, pattern.namespace or "") if part)
                walk(pattern.url_patterns, inner, here)
            elif pattern.name:
                found[f"{space}:{pattern.name}" if space else pattern.name] = here

    walk(get_resolver().url_patterns, "", [])
    return sorted((name, parameters) for name, parameters in found.items() if name not in ELSEWHERE)


def addresses(keys: Mapping[str, Sequence[object]], *, most: int = 12) -> Iterator[tuple[str, str]]:
    """Name and address of every route, with every combination of what its parameters can name."""
    for name, parameters in names():
        choices = itertools.product(*(keys.get(parameter, ("x",)) for parameter in parameters))
        for chosen in itertools.islice(choices, most):
            try:
                yield name, reverse(name, kwargs=dict(zip(parameters, chosen, strict=True)))
            except NoReverseMatch:
                continue
