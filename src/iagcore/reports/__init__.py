"""Something to look at: what the record says, put in words for the people whose work it is.

A report is pure: it takes values and gives text, and reads neither clock nor store, so that the same record always
gives the same report.
"""

from iagcore.reports.journey_page import journey_page

__all__ = ["journey_page"]
