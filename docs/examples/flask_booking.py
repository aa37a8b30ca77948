"""A page that books: `flask --app flask_booking run`. The decision comes back as JSON, with its reasons."""

import json
from datetime import datetime
from typing import Any

from flask import Flask, request

import iagcore as iag
from iagcore.entries import ConversationBooked

app = Flask(__name__)
app.config.from_mapping(JOURNAL="casebook.db", COACH="coach:nina")  # who is signed in is for your college to say
policy = iag.Policy.load("starter")


@app.post("/journeys/<journey>/bookings/<request_id>")
def book(journey: str, request_id: str) -> tuple[dict[str, Any], int]:
    """Book a conversation: 201 booked, 409 refused by a rule, 400 no booking."""
    try:
        asked = json.loads(request.get_data())
        booking = ConversationBooked(**asked | {"starts_at": datetime.fromisoformat(asked["starts_at"])})
        with iag.SQLiteJournal(app.config["JOURNAL"]) as journal:
            decision = iag.Casebook(journal, policy).record(journey, booking, by=app.config["COACH"], id=request_id)
    except (KeyError, TypeError):
        return {"error": "a booking is JSON: conversation, coach, starts_at and minutes, and no other field"}, 400
    except (iag.IagcoreError, ValueError) as error:
        return {"error": str(error)}, 400
    findings = [{"rule": one.rule, "sentence": one.sentence, "remedy": one.remedy} for one in decision.findings]
    answer = {"accepted": decision.accepted, "findings": findings, "to the learner": decision.explain(to="learner")}
    return answer, 201 if decision.accepted else 409
