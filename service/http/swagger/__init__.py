"""Swagger UI at ``/docs``, for a network that reaches nothing but this service.

FastAPI's own page loads its scripts from elsewhere and starts them inline. This one is served from ``vendor/``
(files of swagger-ui-dist, unchanged, with their hashes in ``VENDORED.json``) under a Content-Security-Policy without
``unsafe-*``. ``python -m service.swagger.refresh VERSION`` takes another version.
"""
