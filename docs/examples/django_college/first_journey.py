"""A journey to try the page out on, 45 of its 180 minutes left: `python manage.py shell < first_journey.py`."""

from coaching.journal import DjangoJournal

import iagcore as iag
from iagcore import entries

casebook = iag.Casebook(DjangoJournal(), iag.Policy.load("starter"))
start = entries.JourneyStarted(learner="learner:a", programme="phase-1", attests_age=34)
casebook.record("a", start, by="lead:jo", id="start").require()
held = entries.ConversationHeld(conversation="c1", coach="coach:nina", minutes=135)
casebook.record("a", held, by="coach:nina", id="c1 held").require()
