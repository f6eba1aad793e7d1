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
