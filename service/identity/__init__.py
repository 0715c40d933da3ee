"""Who is calling: principals, their credentials, the tokens they get for them."""
