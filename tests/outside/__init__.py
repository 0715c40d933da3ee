"""The service as strangers meet it: raw sockets, clients of other languages, proxies. `python -m tests.outside` runs all."""
