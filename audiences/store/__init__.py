"""Column types, statements, and the differences between SQLite and PostgreSQL.

Connections and transactions are opened in mailer/store.
"""
