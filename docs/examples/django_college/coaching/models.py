"""The college's own tables for the journal: a record, where it is filed, and whose turn it is to write."""

from django.db import models


class Record(models.Model):
    """A record: bytes that nothing here looks into. Its number is its place among all records."""

    position = models.BigAutoField(primary_key=True)
    surrogate = models.CharField(max_length=64, unique=True)
    home = models.CharField(max_length=200)
    record_id = models.CharField(max_length=64, null=True)
    plain = models.BinaryField()
    salted = models.BinaryField()
    envelope = models.BinaryField()
    payload = models.BinaryField(null=True)

    class Meta:
        constraints = (models.UniqueConstraint(fields=["home", "record_id"], name="an_id_is_unique_in_its_home"),)


class Filing(models.Model):
    """A record under one subject, of which it takes the next version."""

    subject = models.CharField(max_length=200)
    version = models.PositiveIntegerField()
    record = models.ForeignKey(Record, on_delete=models.PROTECT, related_name="filings")
    place = models.PositiveSmallIntegerField()
    commitment = models.BinaryField()
    salt = models.BinaryField(null=True)

    class Meta:
        ordering = ("record_id", "place")
        constraints = (models.UniqueConstraint(fields=["subject", "version"], name="a_version_is_taken_once"),)


class Turn(models.Model):
    """One row. Who appends locks it until the commit, so that records commit in the order of their numbers."""
