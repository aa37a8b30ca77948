"""Booking, as JSON: the decision with its reasons, for whoever is signed in.

This page leaves out how people sign in; whoever does that in your college sets `by`, and nobody else does.
"""

import json
from datetime import datetime

from django.http import HttpRequest, JsonResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

import iagcore as iag
from coaching.journal import DjangoJournal
from iagcore import entries

POLICY = iag.Policy.load("starter")


@csrf_exempt  # an interface for other systems of the college, not a form
@require_POST
def book(request: HttpRequest, journey: str, request_id: str) -> JsonResponse:
    """Book a conversation: 201 where it is booked, 409 where a rule refuses it, 400 where the request is no booking."""
    try:
        asked = json.loads(request.body)
        booking = entries.ConversationBooked(**{**asked, "starts_at": datetime.fromisoformat(asked["starts_at"])})
        decision = iag.Casebook(DjangoJournal(), POLICY).record(journey, booking, by="coach:nina", id=request_id)
    except (KeyError, TypeError):
        expected = "a booking is JSON: conversation, coach, starts_at and minutes, and no other field"
        return JsonResponse({"error": expected}, status=400)
    except (iag.IagcoreError, ValueError) as error:
        return JsonResponse({"error": str(error)}, status=400)
    answer = {
        "accepted": decision.accepted,
        "findings": [{"rule": one.rule, "sentence": one.sentence, "remedy": one.remedy} for one in decision.findings],
        "to the learner": decision.explain(to="learner"),
    }
    return JsonResponse(answer, status=201 if decision.accepted else 409)
