"""Has the store itself write down every move of every message."""

import sqlite3
from contextlib import closing
from pathlib import Path

import psycopg

TABLE = "create table moved (message_id bigint, before text, after text)"
SQLITE = """
create trigger moved after update of state on message when old.state <> new.state
begin insert into moved values (old.id, old.state, new.state); end
"""
FUNCTION = """
create function note_move() returns trigger language plpgsql as $$
begin insert into moved values (old.id, old.state, new.state); return null; end $$
"""
POSTGRESQL = """
create trigger moved after update of state on message for each row
when (old.state <> new.state) execute function note_move()
"""


def watch(file: Path, url: str) -> None:
    """Begin to write moves down, in the file of SQLite or at PostgreSQL's address."""
    if url:
        with psycopg.connect(url) as connection:
            for statement in (TABLE, FUNCTION, POSTGRESQL):
                connection.execute(statement.encode())
        return
    with closing(sqlite3.connect(file)) as connection:
        for statement in (TABLE, SQLITE):
            connection.execute(statement)
