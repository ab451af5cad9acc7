"""What synthetic people usually have, and the words that synthetic staff use. None of it is a reference range.

Ranges are in the unit written with them and are used only where the trial's analyte has that standard unit; any
other analyte is drawn from its plausible range.
"""

from collections.abc import Mapping

ANALYTES: Mapping[str, tuple[str, str, str]] = {
    "ALB": ("g/L", "26", "44"),
    "ALT": ("U/L", "15", "140"),
    "AST": ("U/L", "20", "160"),
    "PREALB": ("mg/L", "80", "260"),
    "BILI": ("umol/L", "12", "70"),
    "BILDIR": ("umol/L", "3", "35"),
    "ALP": ("U/L", "50", "220"),
    "GGT": ("U/L", "20", "180"),
    "UREAN": ("mmol/L", "2.5", "9"),
    "URATE": ("umol/L", "180", "430"),
    "CREAT": ("umol/L", "50", "115"),
    "SODIUM": ("mmol/L", "130", "145"),
    "POTAS": ("mmol/L", "3.4", "5.1"),
    "CHLORIDE": ("mmol/L", "96", "108"),
    "CHOL": ("mmol/L", "2.8", "5.8"),
    "HDL": ("mmol/L", "0.7", "1.6"),
    "LDL": ("mmol/L", "1.2", "3.4"),
    "VLDL": ("mmol/L", "0.2", "0.9"),
    "NONHDL": ("mmol/L", "2", "4.3"),
    "TRIG": ("mmol/L", "0.6", "2"),
    "GLUC": ("mmol/L", "4.2", "8.5"),
    "INTLK1B": ("ng/L", "1", "12"),
    "INTLK4": ("ng/L", "1", "20"),
    "INTLK6": ("ng/L", "2", "60"),
    "INTLK8": ("ng/L", "5", "90"),
    "INTLK10": ("ng/L", "2", "40"),
    "INTLK12B": ("ng/L", "20", "200"),
    "INTLK15": ("ng/L", "1", "15"),
    "INTLK17A": ("ng/L", "1", "30"),
    "TNFA": ("ng/L", "5", "50"),
    "TNFB": ("ng/L", "1", "30"),
    "IFNG": ("ng/L", "2", "60"),
    "RANTES": ("ng/L", "5000", "60000"),
    "TGFB": ("ng/L", "2000", "30000"),
    "LYMPHOTC": ("ng/L", "10", "200"),
    "CRP": ("mg/L", "0.5", "18"),
    "PT": ("s", "11", "18"),
    "INR": ("ratio", "0.9", "1.7"),
    "HGB": ("g/L", "90", "150"),
    "PLAT": ("10*9/L", "50", "240"),
    "WBC": ("10*9/L", "2.5", "8.5"),
    "AFP": ("ug/L", "2", "20"),
    "HBSAG": ("IU/mL", "10", "4000"),
    "HCAB": ("S/CO", "0.05", "0.9"),
}

# Words by what an item means in CDASH; for any other text the item's own label is used.
TEXTS: Mapping[str, tuple[str, ...]] = {
    "AETERM": (
        "Fever",
        "Headache",
        "Nausea",
        "Tiredness",
        "Abdominal pain",
        "Diarrhoea",
        "Cough",
        "Itching",
        "Swollen ankles",
        "Dizziness",
        "Nosebleed",
        "Chills after the infusion",
        "Bleeding from the gums",
        "Sleeplessness",
    ),
    "CMTRT": (
        "Spironolactone",
        "Furosemide",
        "Entecavir",
        "Lactulose",
        "Propranolol",
        "Omeprazole",
        "Human albumin",
        "Paracetamol",
        "Vitamin K",
    ),
    "CMINDC": ("Ascites", "Hepatitis B", "Portal hypertension", "Prevention", "Pain"),
    "CMDOSTXT": ("1 tablet a day", "40 mg in the morning", "20 mg twice a day", "10 mL three times a day"),
    "EXLOT": ("SYN-0417", "SYN-0422", "SYN-0431", "SYN-0502"),
    "LBNAM": ("Synthetic hospital laboratory",),
}

MISSED = (
    "The participant was travelling.",
    "The participant was ill at home with a cold.",
    "Nobody answered the telephone; a letter was sent.",
    "The outpatient clinic was closed that week.",
)
CORRECTIONS = (
    "Typed from the wrong line of the report.",
    "Slip of the keyboard; corrected from the source.",
    "The laboratory sent a corrected report.",
    "Checked against the participant's file.",
)
ANSWERS = (
    "Checked against the source; the value is right.",
    "Confirmed with the laboratory.",
    "The investigator looked at it: right as it stands.",
)
QUESTIONS = (
    "Compare this with the source, and correct it if it differs.",
    "The source document shows another value. Which is right?",
    "Say where this was taken from.",
)
WHY_THIS_ARM = (
    "The participant agreed to this treatment after it was explained.",
    "Chosen together with the participant.",
    "The investigator judges this treatment to suit the participant best.",
)
WITHDRAWN = ("The participant no longer wants to come to the visits.", "No reason was given.")
LOST = ("Three calls and a letter stayed without an answer.",)
DIED = ("The family told the site. See the survival form.", "Died in hospital; the letter is in the file.")
NOT_GIVEN = ("The participant had fever that day.", "The product was not released in time.")
