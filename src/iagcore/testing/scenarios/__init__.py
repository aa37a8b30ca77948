"""Scenarios: what the rules answer, written once, in TOML and without Python.

    schema = 1
    policy = "ways-to-wellbeing"          # a shipped one, or a path from this file; left out, it is starter

    [[scenario]]
    name = "60 minutes are refused when 45 remain"
    history = [
      { kind = "conversation-held", minutes = 135, at = 2015-05-01T10:00:00+01:00 },
    ]
    try = { kind = "conversation-booked", minutes = 60, starts_at = 2015-06-01T10:00:00+01:00 }
    outcome = "refused"
    rules = ["ALW-01"]
    evidence = { ALW-01 = { asked = 60, limit = 45 } }

An entry is written as in a journey file; long ones go under `[[scenario.history]]` and `[scenario.try]`, after
whatever is expected. `rules` is the exact set of rules among the findings, and so are `refusals`, `breaches`, `advice`
and `not_assessed` among their own. `evidence` may speak of any rule that is considered, met or not. A history that
several scenarios share stands once, under `[[histories.NAME]]`; a scenario that goes on from it says `after = "NAME"`.
What is meant to be refused in a history says `refused = true`. `effects` and `duties` (see `expecting`) are the minutes
that are settled and what is then to do; with `cases` (see `cases`) a scenario is tried on each row of a table.

What a scenario does not speak of is supplied, so that the findings are about what it does speak of:

- *The journey* is "j", of learner:a; any other journey NAME is learner:NAME's. A journey that the scenario does not
  start itself has been started ("start"); each has coach:nina assigned ("coach"), and every other coach that is named
  covers, unless the scenario says itself who is assigned or covers; and confidentiality was explained, unless the
  scenario speaks of it.
- *Opportunities*: what an entry points to is open and was checked that day, unless `directory = [{ id = "art", … }]`
  lists it; a learner who enrols was shown other courses, too, and one who is referred consents, unless the scenario
  speaks of courses shown, or of consent.
- *Coaches*: each coach that is named has what every rule asks of one, unless the scenario writes an entry of their own
  record (`coach = "coach:nina"`, left out, is hers): then nothing but what it writes is known of them.
  `start = false` leaves out every start that the scenario does not write.
- *When*: the first day on which the policy has decided everything and the programme runs, at 10:00; each entry is made
  a week after the one before, and a conversation is booked for a week ahead. An amendment keeps the time of its target.
- *By whom*: the first role that may make the kind: the learner, coach:nina, lead:jo; an amendment is by lead:jo.
- *Fields*: those that have to be there, and those whose absence a rule would remark on (`unsaid = ["whose"]` leaves
  one out). What begins something (a booking, a goal, an action) has an id of its own, `conversation-1`; every other
  entry is about the one that was named last. Minutes are those last said of the conversation, and 30 at first. A
  measure is PHQ-9 at the baseline, answered by its items: ten points above the least, and nothing for the last of
  them. Training and checks were completed on the day of their entry; every other day is a week ahead. A correction
  repeats what it does not change.
"""

from iagcore.testing.scenarios.expecting import Expected
from iagcore.testing.scenarios.reading import SUFFIX, Scenario, parse_scenarios, read_scenarios
from iagcore.testing.scenarios.running import Report, Stage, decided, run
from iagcore.testing.scenarios.telling import Step

__all__ = [
    "SUFFIX",
    "Expected",
    "Report",
    "Scenario",
    "Stage",
    "Step",
    "decided",
    "parse_scenarios",
    "read_scenarios",
    "run",
]
