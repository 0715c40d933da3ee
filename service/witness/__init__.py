"""A witness: a small server that a party runs on its own machine, without a database and without the API.

It cosigns a log's checkpoint once the log has proved that it only grew (C2SP tlog-witness), and remembers what it
cosigned last. Two sides that each run one notice when the host shows them different histories.
"""
