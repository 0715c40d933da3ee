"""The engine, the transaction of a request, columns, migrations."""
