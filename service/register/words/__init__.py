"""The words under which things are found: folded, so that one word is one word however it was typed."""
