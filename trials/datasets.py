"""The datasets of participants: who they are, what they agreed to, and why they may take part."""

from collections.abc import Iterator

from edc.exports.description import Column, Dataset, LeftOut, Row
from edc.exports.text import text_of
from trials.models import Consent, EligibilityVerdict, Subject
from trials.reading import UNBLINDS, Reading

KEYS = (
    Column("TRIAL", "Trial"),
    Column("SITE", "Site"),
    Column("SUBJECT", "Participant number"),
)
BY_SUBJECT = ("subject__site__code", "subject__number")
"""The order of every dataset: site, then participant. Neither depends on the language of the database."""


def datasets(of: Reading) -> list[Dataset]:
    """Participants, consents and eligibility."""
    return [_subjects(of), _consents(of), _eligibility(of)]


def _subjects(of: Reading) -> Dataset:
    columns = [
        *KEYS,
        Column("SITE_NAME", "Name of the site"),
        Column("COUNTRY", "Country of the site"),
        Column("STATUS", "Where the participant stands", "code", choices=dict(Subject.Status.choices)),
        Column("SCREENED_ON", "Day of screening", "date"),
        Column("CONSENT_WITHDRAWN_ON", "Day on which consent was withdrawn", "date"),
        Column("ENROLLED_ON", "Day on which the arm was assigned", "date"),
        Column("ENDED_ON", "Last day of the participation", "date"),
        Column("END_NOTE", "Remark on the end"),
        Column("PROTOCOL", "Protocol version that the participant follows"),
    ]
    fields = [
        *("site__code", "label", "site__name", "site__country", "status", "screened_on", "consent_withdrawn_on"),
        *("enrolled_on", "ended_on", "end_note", "protocol_version__version"),
    ]
    if of.arms:
        # Read here in one query with the participants; the page asks for one arm at a time.
        labels = {arm.code: arm.label.text() for protocol in reversed(of.protocols.values()) for arm in protocol.arms}
        columns += [
            Column("ARM", "Treatment arm", "code", choices=labels),
            Column("ARM_METHOD", "How the arm was assigned"),
            Column("ARM_NOTE", "Reason for this arm"),
        ]
        fields += ["allocation__arm", "allocation__method", "allocation__note"]

    def rows() -> Iterator[Row]:
        found = of.rows(Subject, "site_id").order_by("site__code", "number")
        for row in of.stream(found, *fields):
            yield [of.trial.code, *map(text_of, row)]

    left_out = () if of.arms else (LeftOut("Treatment arm", UNBLINDS),)
    return Dataset("subjects", "Participants", tuple(columns), rows, left_out)


def _consents(of: Reading) -> Dataset:
    columns = (
        *KEYS,
        Column("VERSION", "Version of the consent"),
        Column("CONSENTED_ON", "Day of consent", "date"),
        Column("WITHDRAWN_ON", "Day on which this consent was withdrawn", "date"),
    )

    def rows() -> Iterator[Row]:
        found = of.rows(Consent).order_by(*BY_SUBJECT, "consented_on", "id")
        names = ("subject__site__code", "subject__label", "version", "consented_on", "withdrawn_on")
        for row in of.stream(found, *names):
            yield [of.trial.code, *map(text_of, row)]

    return Dataset("consents", "Consents", columns, rows)


def _eligibility(of: Reading) -> Dataset:
    criteria = {each.id: each for protocol in reversed(of.protocols.values()) for each in protocol.eligibility}
    columns = (
        *KEYS,
        Column("CRITERION", "Criterion", "code", choices={key: each.text.text() for key, each in criteria.items()}),
        Column("TYPE", "Type of the criterion", "code", choices={"inclusion": "inclusion", "exclusion": "exclusion"}),
        Column("VERDICT", "Whether the participant may take part", "code", choices=dict(_VERDICTS)),
        Column("DECIDED_BY", "Who decided", "code", choices=dict(EligibilityVerdict.DecidedBy.choices)),
        Column("NOTE", "Remark"),
        Column("EVIDENCE", "The values that decided, by item", "json"),
        Column("PROTOCOL", "Protocol version of the criterion"),
    )

    def rows() -> Iterator[Row]:
        found = of.rows(EligibilityVerdict).order_by(*BY_SUBJECT, "criterion")
        names = ("subject__site__code", "subject__label", "criterion", "verdict", "decided_by", "note", "evidence")
        for site, label, criterion, verdict, decided_by, note, evidence, version in of.stream(
            found, *names, "protocol_version__version"
        ):
            kind = criteria[criterion].type if criterion in criteria else ""
            shown = {name: value for name, value in evidence.items() if name not in of.withheld}
            texts = map(text_of, (verdict, decided_by, note, shown or None, version))
            yield [of.trial.code, site, label, criterion, kind, *texts]

    return Dataset("eligibility", "Eligibility, criterion by criterion", columns, rows)


_VERDICTS = {"met": "met: may take part", "not_met": "not met: may not take part", "unknown": "not known yet"}
