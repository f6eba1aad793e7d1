"""sqlalchemy_peer.py: W1, W2 and W5 with SQLAlchemy's ORM."""

from sqlalchemy import (BigInteger, Boolean, Column, Date, DateTime, Float, ForeignKey,
                        Integer, Numeric, String, Text, create_engine, select, text)
from sqlalchemy.orm import Session, declarative_base, relationship, selectinload

from measured import (
    DRAFTS_SUM, arguments, draft_values, measure, value_of_author, value_of_book)

Base = declarative_base()


class Author(Base):
    __tablename__ = "author"
    id = Column(BigInteger, primary_key=True)
    name = Column(Text)
    email = Column(Text)
    born = Column(Date)
    rating = Column(Float)
    created = Column(DateTime(timezone=True))


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

    def load_authors():
        some_books = select(Book).where(Book.id > above, Book.id <= above + some)
        found = session.scalars(some_books.options(selectinload(Book.author))).all()
        for book in found:
            book.author.name
        return found

    def empty():
        fresh()
        session.execute(text("TRUNCATE draft"))
        session.commit()

    def insert():
        session.add_all(Draft(**draft_values(i, authors)) for i in range(written))
        session.commit()

    def written_value(_):
        return session.scalar(text(DRAFTS_SUM))

    measure("W1", books, rounds, fresh, load_all,
            lambda found: sum(map(value_of_book, found)))
    measure("W2", some, rounds, fresh, load_authors,
            lambda found: sum(value_of_book(b) * value_of_author(b.author) for b in found))
    measure("W5", written, rounds, empty, insert, written_value)


main()
