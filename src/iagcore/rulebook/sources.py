"""Where the rules come from, in words that a reader can follow up: the bibliography lists them all.

A rule without a public source says whose it is: *this library's own*, where no policy can lower it, or *local*, where
each provider decides. The site of the programme closed in 2021: its pages are cited as they were archived.
"""

from typing import Final

ARCHIVED: Final = "site closed in 2021; excerpts read 1 December 2026"
CASE_STUDY: Final = f"Ways to Wellbeing Case Study, Southend Adult Community College, undated ({ARCHIVED})"
THREE_HOURS: Final = f"{CASE_STUDY}: up to 3 hours, as the research specification mandated"
STEP_GRADUALLY: Final = f"{CASE_STUDY}: step gradually; which steps there are is local"
LOCAL: Final = "local: a rule of this library that each provider decides for itself"
OWN: Final = "this library's own: no policy can lower it"
OWN_AND_LOCAL: Final = "this library's own: no policy can lower it; the values that it reads are local"
PROGRAMME_FAQ: Final = f"Community Learning Mental Health, frequently asked questions, 2015 ({ARCHIVED})"
PROGRAMME_BACKGROUND: Final = "Community Learning Mental Health, background paper, 2015 (studylib.net/doc/7763702)"
CHARGES: Final = "local: what providers charge for a missed session varies, and each decides for itself"
GROW_MODEL: Final = "John Whitmore, Coaching for Performance, 1992"
SCORING: Final = (
    "Community Learning Mental Health, research 3 tools on 1 sheet, and SWEMWBS, PHQ9 and GAD7 scales for pilots "
    f"(codes D, R and M), 2015 ({ARCHIVED})"
)
RESEARCH_TOOLS: Final = f"Community Learning Mental Health, research 3 tools on 1 sheet, 2015 ({ARCHIVED})"
TAKING_A_TOOL: Final = (
    "Community Learning Mental Health, Will learners be able to take this tool away and complete it?, undated "
    f"({ARCHIVED})"
)
ELIGIBILITY: Final = (
    "Adult Education and Mental Health research, What do learners need to score on the mental health tools to be "
    f"eligible?, 2016 to 2017 ({ARCHIVED})"
)
IMPARTIALITY: Final = "matrix Standard, an older wording (studylib.net/doc/16115634/matrix); the value is local"
SHARING: Final = (
    "engaging clients (sarahblake.co.uk/2018/07/03/engaging-clients); referral and signposting policy "
    "(docsbay.net/referral-and-signposting-policy); talking therapies, questions and answers "
    "(talkingtherapies.cnwl.nhs.uk/faqs)"
)
CONFIDENTIALITY: Final = (
    "matrix Standard, an older wording (studylib.net/doc/16115634/matrix); "
    "talking therapies, questions and answers (talkingtherapies.cnwl.nhs.uk/faqs)"
)
ANONYMISATION: Final = f"{CASE_STUDY}; that nobody may be recognisable is this library's own"
ESCALATION: Final = "a college's safeguarding policy (nacollege.co.uk/safeguarding-policy)"
ITEM_NINE: Final = f"{TAKING_A_TOOL}; that an answer above 0 calls for it is this library's own"
FOLLOW_UP: Final = f"{CASE_STUDY}: a few months after"
BANDURA: Final = (
    "Albert Bandura, Self-Efficacy: The Exercise of Control, 1997, read in the overview at "
    "uky.edu/~eushe2/Pajares/effbook3.html; what follows from it is local"
)
