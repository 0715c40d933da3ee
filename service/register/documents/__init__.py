"""Files that belong to a matter: received in pieces, kept once by their digest, named by moves, withdrawn by who brought them."""
