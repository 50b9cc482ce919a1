"""Flask-SQLAlchemy: models in a real SQLite file, one session a context, closed by its teardown."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from flask import Flask, jsonify, render_template_string, request, stream_with_context
from flask_sqlalchemy import SQLAlchemy
from flask_sqlalchemy.record_queries import get_recorded_queries
from sqlalchemy import event
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column, relationship

from tests.journey import compare
from tests.journey.player import Visitor

SESSIONS: list[str] = []


class Base(DeclarativeBase): ...


db = SQLAlchemy(model_class=Base)


class Author(db.Model):  # type: ignore[name-defined]
    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(unique=True)
    books: Mapped[list[Book]] = relationship(back_populates="author", order_by="Book.title")


class Book(db.Model):  # type: ignore[name-defined]
    id: Mapped[int] = mapped_column(primary_key=True)
    title: Mapped[str]
    author_id: Mapped[int] = mapped_column(db.ForeignKey("author.id"))
    author: Mapped[Author] = relationship(back_populates="books")


def create_app() -> Flask:
    app = Flask(__name__)
    file = Path(tempfile.mkdtemp()) / "library.sqlite"
    app.config.update(SQLALCHEMY_DATABASE_URI=f"sqlite:///{file}", SQLALCHEMY_RECORD_QUERIES=True)
    db.init_app(app)
    add_views(app)
    event.listen(Session, "after_rollback", lambda session: SESSIONS.append("rollback"))
    event.listen(Session, "after_commit", lambda session: SESSIONS.append("commit"))
    with app.app_context():
        db.create_all()
    return app


def add_views(app: Flask) -> None:
    @app.post("/books")
    def add() -> tuple[str, int]:
        name = request.form["author"]
        author = db.session.scalar(db.select(Author).filter_by(name=name)) or Author(name=name)
        author.books.append(Book(title=request.form["title"]))
        db.session.add(author)
        db.session.commit()
        return f"{author.books[-1].id}", 201

    @app.get("/books/<int:number>")
    def show(number: int) -> str:
        book = db.get_or_404(Book, number, description="no such book")
        return render_template_string("{{ b.title }} — {{ b.author.name }}", b=book)

    @app.get("/books")
    def shelf() -> object:
        page = db.paginate(db.select(Book).order_by(Book.id), per_page=2)
        queries = [query.statement for query in get_recorded_queries()]
        return jsonify(titles=[b.title for b in page], total=page.total, queries=queries)

    @app.post("/twice")
    def twice() -> tuple[str, int]:
        db.session.add_all([Author(name="same"), Author(name="same")])
        try:
            db.session.commit()
        except IntegrityError as error:
            db.session.rollback()
            return str(error.orig), 409
        return "", 204

    @app.post("/broken")
    def broken() -> str:
        db.session.add(Author(name="never stored"))
        db.session.flush()
        raise RuntimeError("after the flush")

    @app.get("/stream")
    def stream() -> Iterator[str]:
        @stream_with_context
        def lines() -> Iterator[str]:
            for author in db.session.scalars(db.select(Author).order_by(Author.name)):
                yield f"{author.name}: {len(author.books)}\n"

        return lines()

    @app.teardown_appcontext
    def look(error: BaseException | None) -> None:
        SESSIONS.append(f"teardown: {error!r}")


def journey(visitor: Visitor) -> None:
    for title in ("Чайка", "Дядя Ваня", "Три сестры"):
        visitor.post("/books", data={"author": "Чехов", "title": title})
    assert visitor.get("/books/1").text == "Чайка — Чехов"
    assert visitor.get("/books/9").status_code == 404
    visitor.get("/books?page=2")
    visitor.get("/books?page=9")
    assert visitor.post("/twice").status_code == 409
    assert visitor.post("/broken").status_code == 500
    assert visitor.get("/stream").text == "Чехов: 3\n"
    visitor.note("sessions", SESSIONS)
    visitor.note("left open", len(db.session.registry.registry))
    crowd(visitor)


def crowd(visitor: Visitor) -> None:
    """Forty requests of eight threads at once: nobody gets another's session."""

    def read(number: int) -> str:
        return visitor.app.test_client().get(f"/books/{number % 3 + 1}").text

    with ThreadPoolExecutor(8) as threads:
        texts = list(threads.map(read, range(40)))
    visitor.note("crowd", texts)
    visitor.note("left open after the crowd", len(db.session.registry.registry))


def test_flask_sqlalchemy() -> None:
    """Rows, statements, commits, rollbacks and teardowns on the engine are those on Flask."""
    played = compare(__name__)
    assert "= left open: 0" in played["flask"].lines
    assert "= left open after the crowd: 0" in played["flask"].lines
