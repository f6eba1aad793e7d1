"""django_peer.py: W1 to W6 with Django's models, its own prefetch and bulk calls."""

import os

import django
from django.conf import settings

settings.configure(
    DATABASES={"default": {
        "ENGINE": "django.db.backends.postgresql", "NAME": os.environ["PGDATABASE"],
        "USER": os.environ.get("PGUSER", ""), "HOST": os.environ.get("PGHOST", ""),
        "PORT": os.environ.get("PGPORT", "")}},
    INSTALLED_APPS=["__main__"], USE_TZ=True, DEFAULT_AUTO_FIELD="django.db.models.BigAutoField")
django.setup()

from django.db import connection, models, transaction  # noqa: E402

from measured import (  # noqa: E402
    DRAFTS_FILL, DRAFTS_SUM, arguments, draft_values, measure, new_pages,
    scattered_authors, value_of_author, value_of_authors, value_of_books, value_of_tags)


class Author(models.Model):
    name = models.TextField()
    email = models.TextField(null=True)
    born = models.DateField()
    rating = models.FloatField()
    created = models.DateTimeField()

    class Meta:
        app_label = "__main__"
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


class Tag(models.Model):
    name = models.TextField()

    class Meta:
        app_label = "__main__"
        db_table = "tag"


class Book(Written):
    tags = models.ManyToManyField(Tag, db_table="book_tags")

    class Meta:
        app_label = "__main__"
        db_table = "book"


class Draft(Written):
    class Meta:
        app_label = "__main__"
        db_table = "draft"


def main():
    rounds, books, authors, some, written = arguments()
    above = (books - some) // 2

    def load_all():
        return list(Book.objects.all())

    def some_books():
        return Book.objects.filter(id__gt=above, id__lte=above + some)

    def load_some():
        return list(some_books())

    def visit_authors(found):
        for book in found:
            book.author.name
        return found

    def load_authors():
        return visit_authors(list(some_books().prefetch_related("author")))

    def load_all_authors():
        return visit_authors(list(Book.objects.prefetch_related("author")))

    def get_authors():
        return [Author.objects.get(id=key) for key in scattered_authors(authors)]

    def load_tags():
        found = list(some_books().prefetch_related("tags"))
        for book in found:
            for tag in book.tags.all():
                tag.name
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

    loaded = []

    def fill():
        empty()
        with connection.cursor() as cursor:
            cursor.execute(DRAFTS_FILL.format(authors=authors, written=written))
        loaded[:] = Draft.objects.all()

    def update():
        with transaction.atomic():
            for draft in loaded:
                draft.pages = new_pages(draft)
                draft.save(update_fields=["pages"])

    def update_in_bulk():
        with transaction.atomic():
            for draft in loaded:
                draft.pages = new_pages(draft)
            Draft.objects.bulk_update(loaded, ["pages"], batch_size=1000)

    def written_value(_):
        with connection.cursor() as cursor:
            cursor.execute(DRAFTS_SUM.replace("%", "%%"), [])
            return cursor.fetchone()[0]

    def nothing():
        pass

    measure("W1", books, rounds, nothing, load_all, value_of_books)
    measure("W1s", some, rounds, nothing, load_some, value_of_books)
    measure("W2", some, rounds, nothing, load_authors, value_of_authors)
    measure("W2L", books, rounds, nothing, load_all_authors, value_of_authors)
    measure("W3", authors, rounds, nothing, get_authors,
            lambda found: sum(map(value_of_author, found)))
    measure("W4", some, rounds, nothing, load_tags,
            lambda found: value_of_tags(found, lambda book: book.tags.all()))
    measure("W5", written, rounds, empty, insert, written_value)
    measure("W5, bulk", written, rounds, empty, insert_in_bulk, written_value)
    measure("W6", written, rounds, fill, update, written_value)
    measure("W6, bulk", written, rounds, fill, update_in_bulk, written_value)


main()
