"""Deciding on each criterion of eligibility: by its rule from entered data, or by the investigator."""

from edc.access.actor import Actor
from edc.access.door import operation
from edc.access.roles import Permission
from edc.audit import recording
from edc.errors import Refused
from trials.models import EligibilityVerdict, Subject
from trials.queries.protocols import eligibility_rules
from trials.rules.eligibility import UNKNOWN_YET, in_words, verdict
from visits.operations.locking import locked_subject
from visits.queries.values import evidence_for, values_for_rules

DecidedBy = EligibilityVerdict.DecidedBy


@operation(Permission.ELIGIBILITY_EVALUATE, "Eligibility rules evaluated", on="subject")
def evaluate_eligibility(*, by: Actor, reason: str, subject: Subject) -> Subject:
    """Let every rule decide on its criterion from what is entered now, and keep the values that decided.

    What the investigator judged stays. Refused once the participant is no longer in screening.
    """
    subject = locked_subject(subject)
    _in_screening(subject)
    evaluate(subject)
    return subject


def evaluate(subject: Subject) -> dict[str, str]:
    """Evaluate the rules within the open act; return every verdict that stands now, by criterion.

    Reads the entered values once for all rules. A verdict that stays as it was, on the same values, is not written.
    """
    rules = eligibility_rules(subject.protocol_version)
    names = set().union(*(rule.reads for rule in rules.values()))
    values, evidence = values_for_rules(subject, names), evidence_for(subject, names)
    standing = {each.criterion: each for each in EligibilityVerdict.objects.filter(subject=subject)}
    new = []
    for criterion in subject.protocol.eligibility:
        if criterion.id not in rules:
            continue
        rule = rules[criterion.id]
        row = standing.get(criterion.id)
        if row is None:
            row = EligibilityVerdict(subject=subject, criterion=criterion.id)
            standing[criterion.id] = row
            new.append(row)
        row.subject = subject
        row.verdict = verdict(criterion, rule.evaluate(values))
        row.decided_by = DecidedBy.RULE
        row.evidence = {name: evidence[name] for name in sorted(rule.reads)}
        row.protocol_version = subject.protocol_version
        if row not in new:
            row.save()
    EligibilityVerdict.objects.bulk_create(new)
    recording.required(EligibilityVerdict).note(
        verdicts={criterion: row.verdict for criterion, row in sorted(standing.items())}
    )
    return {criterion: row.verdict for criterion, row in standing.items()}


@operation(Permission.ELIGIBILITY_JUDGE, "Eligibility judged", on="subject")
def judge_criterion(
    *, by: Actor, reason: str, subject: Subject, criterion: str, verdict: str, note: str = ""
) -> EligibilityVerdict:
    """Record the investigator's judgement on a criterion that has no rule.

    A verdict speaks about taking part: *met* lets the participant take part, whether the criterion includes or
    excludes. Changing a judgement needs a note. Refused: a criterion that a rule decides, and a participant who is no
    longer in screening.
    """
    subject = locked_subject(subject)
    _in_screening(subject)
    facts = next((each for each in subject.protocol.eligibility if each.id == criterion), None)
    if facts is None:
        raise Refused(f"The protocol has no criterion {criterion}.")
    if facts.rule:
        raise Refused(
            f"{criterion} is decided by a rule from what is entered. If the decision is wrong, correct the entered "
            "value, then evaluate the rules again."
        )
    if verdict not in EligibilityVerdict.Verdict.values:
        raise Refused(field_errors={"verdict": ["Choose one of the answers."]}, attempted={"verdict": verdict})
    note = note.strip() or reason
    row: EligibilityVerdict | None = (
        EligibilityVerdict.objects.select_for_update().filter(subject=subject, criterion=criterion).first()
    )
    if row is None:
        row = EligibilityVerdict(subject=subject, criterion=criterion)
    elif row.verdict == verdict and note in {"", row.note}:
        return row
    elif row.verdict not in {verdict, UNKNOWN_YET} and not note:
        raise Refused(
            field_errors={"note": ["Say why the judgement changes, then save again."]},
            attempted={"criterion": criterion, "verdict": verdict},
        )
    row.subject = subject
    row.verdict = verdict
    row.decided_by = DecidedBy.INVESTIGATOR
    row.note = note
    row.protocol_version = subject.protocol_version
    row.save()
    recording.required(EligibilityVerdict).note(
        record_id=row.pk, sentence=f"Criterion {criterion} judged", verdict=in_words(facts, verdict)
    )
    return row


def _in_screening(subject: Subject) -> None:
    if subject.status != Subject.Status.SCREENING:
        raise Refused(
            f"The participant is recorded as {subject.get_status_display()}. Eligibility is decided in screening."
        )
