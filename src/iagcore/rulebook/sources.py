"""Where the rules come from, in words that a reader can follow up. A rule without a public source says so: local."""

from typing import Final

CASE_STUDY: Final = (
    "Ways to Wellbeing case study, Southend Adult Community College (mhfe.org.uk/content/ways-wellbeing-case-study-1)"
)
THREE_HOURS: Final = f"{CASE_STUDY}: up to 3 hours, as the research specification mandated"
STEP_GRADUALLY: Final = f"{CASE_STUDY}: step gradually; which steps there are is local"
LOCAL: Final = "local: a rule of this library that each provider decides for itself"
PRACTICE: Final = "common practice"
DESIGN: Final = "a guarantee of this library's design"
PROGRAMME_FAQ: Final = "programme questions and answers (mhfe.org.uk/faq-page)"
PROGRAMME_BACKGROUND: Final = "programme background paper (studylib.net/doc/7763702)"
EXTENSIONS: Final = (
    "published attendance policies of counselling and coaching services show the practice; the value is local"
)
CHARGES: Final = "published attendance policies of counselling and coaching services vary; the value is local"
GROW_MODEL: Final = "the GROW model (elevate.hr/grow-model)"
GROW_FIRST: Final = "the GROW model (elevate.hr/grow-model; azkurs.org, business coaching)"
COACHING_QUESTIONS: Final = "coaching questions (mexeen.com)"
COMMITMENT: Final = "GROW questions (cstraininguk.co.uk); the floor is local"
REGROW: Final = "T-GROW and RE-GROW"
SCORING: Final = (
    "research tools 1, self-assessment sheet (mhfe.org.uk/content/"
    "clmh-research-3-tools-1-sheet-mental-health-self-assessment-template); "
    "scales for the pilots, codes D, R and M (mhfe.org.uk/content/wemwbs-phq9-and-gad7-scales-clmh-pilots)"
)
RESEARCH_TOOLS: Final = (
    "research tools 1, self-assessment sheet (mhfe.org.uk/content/"
    "clmh-research-3-tools-1-sheet-mental-health-self-assessment-template)"
)
TAKING_A_TOOL: Final = (
    "programme questions and answers: will learners be able to take the tool away (mhfe.org.uk/content/"
    "will-learners-be-able-take-tool-away-and-complete-it-and-submit-it-outside-classroom-setting)"
)
ELIGIBILITY: Final = (
    "programme questions and answers: what do learners need to score "
    "(mhfe.org.uk/content/what-do-learners-need-score-mental-health-tools-be-eligible)"
)
IMPARTIALITY: Final = "older matrix Standard wording (studylib.net/doc/16115634/matrix); the value is local"
SHARING: Final = (
    "engaging clients (sarahblake.co.uk/2018/07/03/engaging-clients); referral and signposting policy "
    "(docsbay.net/referral-and-signposting-policy); talking therapies, questions and answers "
    "(talkingtherapies.cnwl.nhs.uk/faqs)"
)
CONFIDENTIALITY: Final = (
    "older matrix Standard wording (studylib.net/doc/16115634/matrix); "
    "talking therapies, questions and answers (talkingtherapies.cnwl.nhs.uk/faqs)"
)
CONDITIONS_FOR_PROCESSING: Final = (
    "guidance of the Information Commissioner on conditions for processing (ico.org.uk); local"
)
ANONYMISATION: Final = f"{CASE_STUDY}; Information Commissioner, effective anonymisation (ico.org.uk)"
ESCALATION: Final = (
    "safeguarding policies of a college and a university "
    "(nacollege.co.uk/safeguarding-policy; ravensbourne.ac.uk, safeguarding)"
)
ITEM_NINE: Final = f"{TAKING_A_TOOL}; that an answer above 0 calls for it is this project's reading"
FOLLOW_UP: Final = f"{CASE_STUDY}: a few months after"
BANDURA: Final = "Bandura, Self-Efficacy: The Exercise of Control, 1997 (uky.edu/~eushe2/Pajares/effbook3.html); local"
