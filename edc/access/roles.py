"""Who may do what, as data: each permission in words, each role with a sentence an ethics board could read."""

import enum
from dataclasses import dataclass


class Permission(enum.StrEnum):
    """One thing that a role may do in a trial, or at a site of it."""

    ACCOUNT_OWN = "keep one's own account"
    TRIAL_VIEW = "see the trial, its protocol and its sites"
    PROTOCOL_LOAD = "load a version of the protocol and open it at sites"
    ACCESS_VIEW = "see who has access"
    ACCESS_MANAGE = "give and end access"
    SUBJECT_VIEW = "see participants and their visits"
    SUBJECT_SCREEN = "screen a new participant"
    CONSENT_RECORD = "record consent and its withdrawal"
    ELIGIBILITY_EVALUATE = "have the eligibility rules evaluated from entered data"
    ELIGIBILITY_JUDGE = "judge eligibility"
    ARM_ASSIGN = "assign the treatment arm"
    ARM_VIEW = "see the treatment arm where the trial is open"
    PARTICIPATION_END = "end a participation"
    VISIT_RECORD = "record visits, also unscheduled and missed ones"
    ENTRY_VIEW = "read forms"
    ENTRY_WRITE = "fill in and change forms"
    INFUSION_RECORD = "record infusions"
    EVENT_RECORD = "record adverse events"
    EVENT_ASSESS = "assess adverse events"
    IDENTIFYING_VIEW = "see what identifies a participant"
    QUERY_OPEN = "ask a query"
    QUERY_ANSWER = "answer a query"
    QUERY_CLOSE = "close a query"
    DEVIATION_VIEW = "see protocol deviations"
    TRAIL_VIEW = "read the audit trail"
    TRAIL_REVIEW = "mark the audit trail as reviewed"
    REMIND = "tell the staff of a site about due visits"
    EXTRACT_DATA = "download datasets"
    UNBLINDED_VIEW = "see what tells a treatment arm in a blinded trial"


P = Permission
READ = frozenset({P.TRIAL_VIEW, P.SUBJECT_VIEW, P.ENTRY_VIEW, P.ARM_VIEW, P.DEVIATION_VIEW})
SITE = READ | {P.IDENTIFYING_VIEW, P.TRAIL_VIEW, P.QUERY_ANSWER}


@dataclass(frozen=True)
class RoleFacts:
    """A role as people read it."""

    label: str
    sentence: str
    permissions: frozenset[Permission]
    unblinded: bool = False


class Role(enum.StrEnum):
    """The roles of a trial. What each may do stands in `ROLES`."""

    ADMINISTRATOR = "administrator"
    COORDINATOR = "coordinator"
    INFUSION_NURSE = "infusion_nurse"
    INVESTIGATOR = "investigator"
    MONITOR = "monitor"
    DATA_MANAGER = "data_manager"
    STATISTICIAN_BLINDED = "statistician_blinded"
    STATISTICIAN_UNBLINDED = "statistician_unblinded"
    PHARMACIST_UNBLINDED = "pharmacist_unblinded"
    SAFETY_PHYSICIAN = "safety_physician"
    CODER = "coder"
    SAFETY_BOARD = "safety_board"
    AUDITOR = "auditor"


ROLES: dict[Role, RoleFacts] = {
    Role.ADMINISTRATOR: RoleFacts(
        "administrator",
        "Gives and ends access and loads protocol versions; never sees or enters clinical data.",
        frozenset({P.TRIAL_VIEW, P.PROTOCOL_LOAD, P.ACCESS_VIEW, P.ACCESS_MANAGE}),
    ),
    Role.COORDINATOR: RoleFacts(
        "coordinator",
        "Screens participants, records consent and visits, and types the data of their own site.",
        SITE
        | {
            P.SUBJECT_SCREEN,
            P.CONSENT_RECORD,
            P.ELIGIBILITY_EVALUATE,
            P.VISIT_RECORD,
            P.ENTRY_WRITE,
            P.INFUSION_RECORD,
            P.EVENT_RECORD,
        },
    ),
    Role.INFUSION_NURSE: RoleFacts(
        "infusion nurse",
        "Gives infusions at their own site and records them and what happened meanwhile.",
        SITE | {P.ENTRY_WRITE, P.INFUSION_RECORD, P.EVENT_RECORD},
    ),
    Role.INVESTIGATOR: RoleFacts(
        "investigator",
        "Judges eligibility, assigns or randomises, assesses adverse events and answers for the data of the site.",
        SITE
        | {
            P.SUBJECT_SCREEN,
            P.CONSENT_RECORD,
            P.ELIGIBILITY_EVALUATE,
            P.ELIGIBILITY_JUDGE,
            P.ARM_ASSIGN,
            P.PARTICIPATION_END,
            P.VISIT_RECORD,
            P.ENTRY_WRITE,
            P.INFUSION_RECORD,
            P.EVENT_RECORD,
            P.EVENT_ASSESS,
        },
    ),
    Role.MONITOR: RoleFacts(
        "monitor",
        "Reads the data of the sites they visit, compares with the source, asks queries and reviews the audit trail.",
        READ | {P.IDENTIFYING_VIEW, P.TRAIL_VIEW, P.TRAIL_REVIEW, P.QUERY_OPEN, P.QUERY_CLOSE, P.ACCESS_VIEW},
    ),
    Role.DATA_MANAGER: RoleFacts(
        "data manager",
        "Looks after the quality of the data, asks and closes queries, and downloads datasets without names.",
        READ
        | {
            P.TRAIL_VIEW,
            P.TRAIL_REVIEW,
            P.QUERY_OPEN,
            P.QUERY_CLOSE,
            P.EXTRACT_DATA,
            P.ACCESS_VIEW,
        },
    ),
    Role.STATISTICIAN_BLINDED: RoleFacts(
        "statistician (blinded)",
        "Downloads datasets for analysis and never learns an arm before the trial is unblinded.",
        READ | {P.EXTRACT_DATA},
    ),
    Role.STATISTICIAN_UNBLINDED: RoleFacts(
        "statistician (unblinded)",
        "Makes the allocation list and the reports for the safety board; takes no part in the trial's conduct.",
        READ | {P.EXTRACT_DATA, P.UNBLINDED_VIEW},
        unblinded=True,
    ),
    Role.PHARMACIST_UNBLINDED: RoleFacts(
        "pharmacist (unblinded)",
        "Prepares the doses and is the only one at the site who knows what is in them.",
        frozenset({P.TRIAL_VIEW, P.SUBJECT_VIEW, P.UNBLINDED_VIEW}),
        unblinded=True,
    ),
    Role.SAFETY_PHYSICIAN: RoleFacts(
        "safety physician",
        "Assesses adverse events for the sponsor.",
        READ | {P.EVENT_ASSESS, P.QUERY_OPEN, P.QUERY_CLOSE, P.TRAIL_VIEW},
    ),
    Role.CODER: RoleFacts(
        "coder",
        "Assigns dictionary terms to adverse events and medication.",
        frozenset({P.TRIAL_VIEW, P.SUBJECT_VIEW, P.ENTRY_VIEW, P.QUERY_OPEN}),
    ),
    Role.SAFETY_BOARD: RoleFacts(
        "safety board",
        "Reviews safety and decides whether the trial, or its next dose, goes on.",
        READ,
    ),
    Role.AUDITOR: RoleFacts(
        "auditor",
        "Reads everything that is open, the audit trail above all, and changes nothing.",
        READ | {P.TRAIL_VIEW, P.ACCESS_VIEW},
    ),
}
