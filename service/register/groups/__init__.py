"""Joint working groups: who carries commitments out between sessions."""
