"""The published document: OpenAPI 3.1, made from the routes, with what FastAPI cannot know of them."""
