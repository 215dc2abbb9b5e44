"""The proof: what either world permits, compared by set algebra; signed, and the gate it must pass."""
