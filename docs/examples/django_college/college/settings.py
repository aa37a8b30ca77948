"""A small college. What matters for the journal is DATABASES; the rest is what any Django project has."""

import os
from pathlib import Path

SECRET_KEY = os.environ.get("COLLEGE_SECRET_KEY", "for trying out alone")
DEBUG = False
ALLOWED_HOSTS = ["localhost", "127.0.0.1"]
INSTALLED_APPS = ["coaching"]
MIDDLEWARE = ["django.middleware.security.SecurityMiddleware", "django.middleware.common.CommonMiddleware"]
ROOT_URLCONF = "college.urls"
USE_TZ = True
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

DATABASES = {
    "default": {
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": os.environ.get("COLLEGE_DATABASE", Path(__file__).parent.parent / "college.sqlite3"),
        # A write takes its turn before it reads, durably and without keeping readers out (Django 5.1 and later). On
        # PostgreSQL none of these is needed: the row of `Turn` does it.
        "OPTIONS": {
            "transaction_mode": "IMMEDIATE",
            "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA secure_delete=ON;",
        },
    }
}
