"""The only room that knows sqlalchemy: facts and ledger in SQLite or PostgreSQL."""
