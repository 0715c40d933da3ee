"""The offline verifier: what an exported log proves, judged with the reader's own policy and nothing of ours but rules."""
