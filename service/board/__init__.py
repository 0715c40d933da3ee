"""The pages to read: the same queries and the same visibility as the API, in HTML, for people who do not call APIs."""
