"""django_peer.py: W1, W2 and W5 with Django's models, its own select and bulk calls."""

import os

import django
from django.conf import settings

settings.configure(
    DATABASES={"default": {
        "ENGINE": "django.db.backends.postgresql", "NAME": os.environ["PGDATABASE"],
        "USER": os.environ.get("PGUSER", ""), "HOST": os.environ.get("PGHOST", ""),
        "PORT": os.environ.get("PGPORT", "")}},
    USE_TZ=True, DEFAULT_AUTO_FIELD="django.db.models.BigAutoField")
django.setup()

from django.db import connection, models, transaction  # noqa: E402

from measured import (  # noqa: E402
    DRAFTS_SUM, arguments, draft_values, measure, value_of_author, value_of_book)


class Author(models.Model):
    name = models.TextField()
    email = models.TextField(null=True)
    born = models.DateField()
    rating = models.FloatField()
    created = models.DateTimeField()

    class Meta:
        app_label = "bench"
        db_table = "author"


class Written(models.Model):
    title = models.TextField()
    author = models.ForeignKey(Author, models.DO_NOTHING, related_name="+")
    pages = models.IntegerField()
    price = models.DecimalField(max_digits=10, decimal_places=2)
    published = models.DateField()
    isbn = models.CharField(max_length=20, null=True)
    in_print = models.BooleanField()
    created = models.DateTimeField()

    class Meta:
        abstract = True


class Book(Written):
    class Meta:
        app_label = "bench"
        db_table = "book"


class Draft(Written):
    class Meta:
        app_label = "bench"
        db_table = "draft"


def main():
    rounds, books, authors, some, written = arguments()
    above = (books - some) // 2

    def load_all():
        return list(Book.objects.all())

    def load_authors():
        found = list(Book.objects.filter(id__gt=above, id__lte=above + some)
                     .prefetch_related("author"))
        for book in found:
            book.author.name
        return found

    def empty():
        with connection.cursor() as cursor:
            cursor.execute("TRUNCATE draft")

    def insert():
        with transaction.atomic():
            for i in range(written):
                Draft(**draft_values(i, authors)).save()

    def insert_in_bulk():
        with transaction.atomic():
            Draft.objects.bulk_create(
                [Draft(**draft_values(i, authors)) for i in range(written)])

    def written_value(_):
        with connection.cursor() as cursor:
            cursor.execute(DRAFTS_SUM.replace("%", "%%"), [])
            return cursor.fetchone()[0]

    def nothing():
        pass

    measure("W1", books, rounds, nothing, load_all,
            lambda found: sum(map(value_of_book, found)))
    measure("W2", some, rounds, nothing, load_authors,
            lambda found: sum(value_of_book(b) * value_of_author(b.author) for b in found))
    measure("W5", written, rounds, empty, insert, written_value)
    measure("W5, bulk", written, rounds, empty, insert_in_bulk, written_value)


main()
