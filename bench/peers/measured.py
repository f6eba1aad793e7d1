"""measured.py: what the Python programs share: rounds, the clock, and the same sum over
all values that values.h computes."""

import json
import statistics
import sys
import time
from datetime import date, datetime, timedelta, timezone
from decimal import Decimal

EPOCH = date(1970, 1, 1)
MOMENT = datetime(1970, 1, 1, tzinfo=timezone.utc)
FIRST_CREATED = 1546684800123456


def microseconds(moment):
    since = moment - MOMENT
    return (since.days * 86400 + since.seconds) * 1000000 + since.microseconds


def value_of_book(b):
    return (b.id + b.author_id * 11 + int(b.price * 100) * 3 + b.pages * 5
            + (b.published - EPOCH).days * 7 + microseconds(b.created)
            + len(b.title) + (1 if b.isbn is None else len(b.isbn)) + b.in_print)


def value_of_author(a):
    return (a.id + len(a.name) + (1 if a.email is None else len(a.email))
            + (a.born - EPOCH).days * 7 + int(a.rating * 1000) + microseconds(a.created))


def value_of_books(books):
    return sum(map(value_of_book, books))


def value_of_authors(books):
    return sum(value_of_book(b) * value_of_author(b.author) for b in books)


def value_of_tags(books, tags_of):
    return sum(value_of_book(b) * (t.id * 31 + len(t.name))
               for b in books for t in tags_of(b))


def scattered_authors(authors):
    """Each once, in an order that jumps about."""
    return [i * 7919 % authors + 1 for i in range(authors)]


# As in drafts.c: one number for all that is in the table.
DRAFTS_SUM = """
SELECT (coalesce(sum(author_id * 11 + price * 300 + pages * 5 +
 (published - date '1970-01-01') * 7 + length(title) +
 coalesce(length(isbn), 1) + in_print::int +
 extract(epoch FROM created) * 1000000), 0)::numeric(30) % 9e18)::bigint FROM draft"""


def draft_values(i, authors):
    """The i-th row that W5 inserts, as drafts.c makes it."""
    return dict(
        title="The Inserted Book, number %d" % i,
        author_id=i * 7919 % authors + 1,
        pages=100 + i % 900,
        price=Decimal(100 + i * 37 % 99000) / 100,
        published=EPOCH + timedelta(days=10957 + i * 13 % 9000),
        isbn="9781234567890" if i % 17 else None,
        in_print=i % 3 != 0,
        created=MOMENT + timedelta(microseconds=FIRST_CREATED + i * 601000317))


# As in drafts.c, too: the rows that W6 changes.
DRAFTS_FILL = """
INSERT INTO draft SELECT i + 1, 'The Inserted Book, number ' || i, i * 7919 % {authors} + 1,
 100 + i % 900, (100 + i * 37 % 99000) / 100.0, date '2000-01-01' + (i * 13 % 9000)::int,
 CASE WHEN i % 17 <> 0 THEN '9781234567890' END, i % 3 <> 0,
 timestamptz '2019-01-05 10:40:00.123456+00' + i * 601000317 * interval '1 microsecond'
 FROM generate_series(0::bigint, {written} - 1) AS i"""


def new_pages(draft):
    return 1001 + (draft.id - 1) % 900


def measure(workload, items, rounds, prepare, run, check):
    """Prints the median of the rounds; the first does not count."""
    times = []
    for _ in range(rounds + 1):
        prepare()
        start = time.perf_counter()
        result = run()
        times.append(time.perf_counter() - start)
    print(json.dumps({
        "workload": workload, "items": items, "rounds": rounds,
        "ns": statistics.median(times[1:]) / items * 1e9,
        "value": check(result) % 2**64}), flush=True)


def arguments():
    """ROUNDS BOOKS AUTHORS SOME WRITTEN, as ./run bench gives them."""
    return [int(a) for a in sys.argv[1:6]]
