"""Participants: the list, one of them, screening, consent, eligibility, the arm, and the end."""

import uuid
from typing import Any, ClassVar

from rest_framework.request import Request
from rest_framework.response import Response

from edc.rest.fields import Input
from edc.rest.schema import documented
from edc.rest.views import Api
from trials.models import Subject
from trials.queries import (
    SubjectFilters,
    arms_for,
    consent_state,
    joined,
    site_by_code,
    subject_by_id,
    subjects_in,
    trial_by_code,
)
from trials.serializers import (
    SUBJECT_ORDERS,
    ArmChoice,
    ConsentGiven,
    ConsentShape,
    ConsentStateShape,
    ConsentWithdrawn,
    Ending,
    ScreenFailure,
    Screening,
    SubjectParameters,
    SubjectShape,
)
from visits.operations.arm import assign_arm
from visits.operations.consent import record_consent, withdraw_consent
from visits.operations.eligibility import evaluate_eligibility, judge_criterion
from visits.operations.ending import end_participation, screen_fail
from visits.operations.participants import screen_subject
from visits.queries.records import verdicts_of
from visits.serializers import Judgement, VerdictShape

SUBJECT = {
    "id": "01890a5d-ac96-774b-bcce-b302099a8057",
    "trial": "NCT01573923",
    "site": "BJ",
    "label": "BJ-0001",
    "status": "on_study",
    "screened_on": "2026-03-02",
    "enrolled_on": "2026-03-09",
    "consent_withdrawn_on": None,
    "ended_on": None,
    "end_note": "",
    "protocol_version": "1.0",
    "arm": "Conventional treatment",
    "revision": 3,
}
SCREENING = {
    "key": "01890a5d-ac96-774b-bcce-b302099a8057",
    "site": "BJ",
    "consent_version": "1.0",
    "consented_on": "2026-03-02",
    "screened_on": "2026-03-02",
}


class Participants(Api):
    """The participants of a trial, as far as somebody may see them."""

    asks: ClassVar = {"list": SubjectParameters}

    @documented(
        "subjects_list",
        "List the participants of a trial",
        page_of=SubjectShape,
        asks=SubjectParameters,
        example={"results": [SUBJECT], "next": None},
    )
    def list(self, request: Request, code: str) -> Response:
        asked = self.asked
        filters = SubjectFilters(site=asked["site"], status=asked["status"], text=asked["text"])
        rows = self.page(joined(subjects_in(self.actor, trial_by_code(self.actor, code), filters)), SUBJECT_ORDERS)
        return self.shown(rows, SubjectShape, arms=arms_for(self.actor, rows.results))

    @documented(
        "subject_screen",
        "Screen a participant",
        answer=SubjectShape,
        status=201,
        body=Screening,
        body_example=SCREENING,
        errors={"screened_on": ["This day is still to come."]},
    )
    def screen(self, request: Request, code: str) -> Response:
        sent = self.sent(Screening)
        site = site_by_code(self.actor, trial_by_code(self.actor, code), sent.pop("site"))
        return self._subject(screen_subject(by=self.actor, site=site, **sent), status=201)

    @documented("subject", "Show one participant", answer=SubjectShape, example=SUBJECT)
    def retrieve(self, request: Request, subject_id: uuid.UUID) -> Response:
        return self._subject(subject_by_id(self.actor, subject_id))

    @documented("consent", "Show where a participant's consent stands", answer=ConsentStateShape)
    def consent(self, request: Request, subject_id: uuid.UUID) -> Response:
        return Response(ConsentStateShape(consent_state(subject_by_id(self.actor, subject_id))).data)

    @documented(
        "consent_record",
        "Record consent to a version",
        answer=ConsentShape,
        status=201,
        body=ConsentGiven,
        body_example={"version": "2.0", "consented_on": "2026-03-02"},
    )
    def record_consent(self, request: Request, subject_id: uuid.UUID) -> Response:
        subject = subject_by_id(self.actor, subject_id)
        consent = record_consent(by=self.actor, subject=subject, **self.sent(ConsentGiven))
        return Response(ConsentShape(consent).data, status=201)

    @documented("consent_withdraw", "Record that consent was withdrawn", answer=SubjectShape, body=ConsentWithdrawn)
    def withdraw_consent(self, request: Request, subject_id: uuid.UUID) -> Response:
        subject = subject_by_id(self.actor, subject_id)
        return self._subject(withdraw_consent(by=self.actor, subject=subject, **self.sent(ConsentWithdrawn)))

    @documented("eligibility", "Show what is decided on each criterion", answer=VerdictShape(many=True))
    def eligibility(self, request: Request, subject_id: uuid.UUID) -> Response:
        return self._verdicts(subject_by_id(self.actor, subject_id))

    @documented(
        "eligibility_evaluate",
        "Have the rules of eligibility evaluated from what is entered",
        answer=VerdictShape(many=True),
        refusals=(409, 413, 415),
    )
    def evaluate(self, request: Request, subject_id: uuid.UUID) -> Response:
        subject = subject_by_id(self.actor, subject_id)
        self.sent(Input)
        return self._verdicts(evaluate_eligibility(by=self.actor, subject=subject))

    @documented(
        "eligibility_judge",
        "Record the investigator's judgement on a criterion",
        answer=VerdictShape(many=True),
        body=Judgement,
        body_example={"verdict": "met", "note": "Discussed with the family"},
    )
    def judge(self, request: Request, subject_id: uuid.UUID, criterion: str) -> Response:
        subject = subject_by_id(self.actor, subject_id)
        judge_criterion(by=self.actor, subject=subject, criterion=criterion, **self.sent(Judgement))
        return self._verdicts(subject)

    @documented("arm_assign", "Assign the arm", answer=SubjectShape, body=ArmChoice)
    def arm(self, request: Request, subject_id: uuid.UUID) -> Response:
        subject = subject_by_id(self.actor, subject_id)
        return self._subject(assign_arm(by=self.actor, subject=subject, **self.sent(ArmChoice)))

    @documented("screen_failure", "Record a screen failure", answer=SubjectShape, body=ScreenFailure)
    def screen_failure(self, request: Request, subject_id: uuid.UUID) -> Response:
        subject = subject_by_id(self.actor, subject_id)
        return self._subject(screen_fail(by=self.actor, subject=subject, **self.sent(ScreenFailure)))

    @documented("participation_end", "End a participation", answer=SubjectShape, body=Ending)
    def end(self, request: Request, subject_id: uuid.UUID) -> Response:
        subject = subject_by_id(self.actor, subject_id)
        return self._subject(end_participation(by=self.actor, subject=subject, **self.sent(Ending)))

    def _subject(self, subject: Subject, status: int = 200) -> Response:
        shape: Any = SubjectShape(subject, context={"arms": arms_for(self.actor, [subject])})
        return Response(shape.data, status=status, headers={"ETag": f'"{subject.revision}"'})

    def _verdicts(self, subject: Subject) -> Response:
        return Response(VerdictShape(verdicts_of(self.actor, subject), many=True).data)
