"""What every operation shares: how it is declared, answered, refused, paged, repeated, published."""
