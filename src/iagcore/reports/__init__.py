"""Something to look at: what the record says, put in words for the people whose work it is.

A report is pure: it takes values and gives text, and reads neither clock nor store, so that the same record always
gives the same report.
"""

from iagcore.reports.action_plan import action_plan
from iagcore.reports.coach_page import coach_page
from iagcore.reports.due_page import DuePage, due_page
from iagcore.reports.journey_page import journey_page
from iagcore.reports.policy_check import policy_check
from iagcore.reports.policy_sheet import policy_sheet, policy_sheet_as_html
from iagcore.reports.record_page import Traced, record_page
from iagcore.reports.what_if_page import what_if_page

__all__ = [
    "DuePage",
    "Traced",
    "action_plan",
    "coach_page",
    "due_page",
    "journey_page",
    "policy_check",
    "policy_sheet",
    "policy_sheet_as_html",
    "record_page",
    "what_if_page",
]
