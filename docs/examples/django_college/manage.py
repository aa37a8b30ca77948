"""`python manage.py migrate`, then `python manage.py runserver`: a college that keeps the record itself."""

import os
import sys

from django.core.management import execute_from_command_line

if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "college.settings")
    execute_from_command_line(sys.argv)
