"""Finding things by what people know: words as they type them, references and parts of them."""
