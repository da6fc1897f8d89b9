"""Tables, statements, and all that differs between SQLite and PostgreSQL.

Connections and transactions are mailer's.
"""
