"""Connections, the pool, statements and their rows, the transaction of a request, columns, migrations."""
