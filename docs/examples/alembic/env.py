"""How Alembic reaches the database: by the address in alembic.ini, or in `-x url=…`."""

from alembic import context
from sqlalchemy import create_engine

url = context.get_x_argument(as_dictionary=True).get("url") or context.config.get_main_option("sqlalchemy.url")
engine = create_engine(url or "")
with engine.connect() as connection:
    context.configure(connection=connection)
    with context.begin_transaction():
        context.run_migrations()
engine.dispose()
