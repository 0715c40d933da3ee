"""The one way in which parties decide together: proposed by one, answered by the others, effective when all have confirmed."""
