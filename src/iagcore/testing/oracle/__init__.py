"""The oracle: a second implementation, slow and obvious, that answers what the rules should.

It covers the allowance, the life of a booking, consent, approvals, and coaches' readiness, with what stands around
them: who may make an entry, and whether a journey is open. It was written from the rule book's prose and not from the
code, and has nothing of it: it imports what an entry is and what a policy says on a day, no rule, no state, no
casebook. It keeps nothing but the list of what was told and accepted, and works everything out from that list each
time it is asked.

    oracle = Oracle(policy)
    oracle.tell(told)                  # the answer; what is accepted joins the list
    oracle.minutes("a").remaining
    oracle.ready_for("coach:nina", "one-to-one", on=day)

Corrections and withdrawals are not its subject: a law of their own says that they leave a journey as if the right entry
had been made.
"""

from iagcore.testing.oracle.answers import COVERED, Answer, Oracle
from iagcore.testing.oracle.bookings import Conversation
from iagcore.testing.oracle.minutes import Minutes

__all__ = ["COVERED", "Answer", "Conversation", "Minutes", "Oracle"]
