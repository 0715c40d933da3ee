"""The append-only audit trail: entries, chain, sequencer, Merkle log, checkpoints."""
