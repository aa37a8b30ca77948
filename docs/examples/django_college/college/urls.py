"""One address: book a conversation."""

from coaching.views import book
from django.urls import path

urlpatterns = [path("journeys/<str:journey>/bookings/<str:request_id>", book)]
