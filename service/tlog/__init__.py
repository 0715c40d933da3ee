"""Transparency logs as they are published (C2SP, RFC 6962). Pure; knows nothing of Pacta."""
