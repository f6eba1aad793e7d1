"""sqlalchemy_peer.py: W1 to W6 with SQLAlchemy's ORM."""

from sqlalchemy import (BigInteger, Boolean, Column, Date, DateTime, Float, ForeignKey,
                        Integer, Numeric, String, Table, Text, create_engine, select,
                        text)
from sqlalchemy.orm import Session, declarative_base, relationship, selectinload

from measured import (
    DRAFTS_FILL, DRAFTS_SUM, arguments, draft_values, measure, new_pages,
    scattered_authors, value_of_author, value_of_authors, value_of_books, value_of_tags)

Base = declarative_base()


class Author(Base):
    __tablename__ = "author"
    id = Column(BigInteger, primary_key=True)
    name = Column(Text)
    email = Column(Text)
    born = Column(Date)
    rating = Column(Float)
    created = Column(DateTime(timezone=True))


class Tag(Base):
    __tablename__ = "tag"
    id = Column(BigInteger, primary_key=True)
    name = Column(Text)


book_tags = Table(
    "book_tags", Base.metadata, Column("book_id", ForeignKey("book.id")),
    Column("tag_id", ForeignKey("tag.id")))


class Book(Base):
    __tablename__ = "book"
    id = Column(BigInteger, primary_key=True)
    title = Column(Text)
    author_id = Column(ForeignKey("author.id"))
    pages = Column(Integer)
    price = Column(Numeric(10, 2))
    published = Column(Date)
    isbn = Column(String(20))
    in_print = Column(Boolean)
    created = Column(DateTime(timezone=True))
    author = relationship(Author)
    tags = relationship(Tag, secondary=book_tags)


class Draft(Base):
    __tablename__ = "draft"
    id = Column(BigInteger, primary_key=True)
    title = Column(Text)
    author_id = Column(ForeignKey("author.id"))
    pages = Column(Integer)
    price = Column(Numeric(10, 2))
    published = Column(Date)
    isbn = Column(String(20))
    in_print = Column(Boolean)
    created = Column(DateTime(timezone=True))


def main():
    rounds, books, authors, some, written = arguments()
    above = (books - some) // 2
    engine = create_engine("postgresql+psycopg2://", connect_args={"options": "-c timezone=UTC"})
    session = Session(engine)

    def fresh():
        session.rollback()
        session.expunge_all()

    def load_all():
        return session.scalars(select(Book)).all()

    def some_books():
        return select(Book).where(Book.id > above, Book.id <= above + some)

    def load_some():
        return session.scalars(some_books()).all()

    def visit_authors(query):
        found = session.scalars(query.options(selectinload(Book.author))).all()
        for book in found:
            book.author.name
        return found

    def load_authors():
        return visit_authors(some_books())

    def load_all_authors():
        return visit_authors(select(Book))

    def get_authors():
        return [session.get(Author, key) for key in scattered_authors(authors)]

    def load_tags():
        found = session.scalars(some_books().options(selectinload(Book.tags))).all()
        for book in found:
            for tag in book.tags:
                tag.name
        return found

    def empty():
        fresh()
        session.execute(text("TRUNCATE draft"))
        session.commit()

    def insert():
        session.add_all(Draft(**draft_values(i, authors)) for i in range(written))
        session.commit()

    loaded = []

    def fill():
        empty()
        session.execute(text(DRAFTS_FILL.format(authors=authors, written=written)))
        session.commit()
        loaded[:] = session.scalars(select(Draft)).all()

    def update():
        for draft in loaded:
            draft.pages = new_pages(draft)
        session.commit()

    def written_value(_):
        return session.scalar(text(DRAFTS_SUM))

    measure("W1", books, rounds, fresh, load_all, value_of_books)
    measure("W1s", some, rounds, fresh, load_some, value_of_books)
    measure("W2", some, rounds, fresh, load_authors, value_of_authors)
    measure("W2L", books, rounds, fresh, load_all_authors, value_of_authors)
    measure("W3", authors, rounds, fresh, get_authors,
            lambda found: sum(map(value_of_author, found)))
    measure("W4", some, rounds, fresh, load_tags,
            lambda found: value_of_tags(found, lambda book: book.tags))
    measure("W5", written, rounds, empty, insert, written_value)
    measure("W6", written, rounds, fill, update, written_value)


main()
