"""Everything that crosses the wire, without I/O and without a clock.

The operation table, the writer of requests, the tolerant reader of answers, refusal texts as outcomes or
typed errors, the verification of writes whose answer was lost, and query windows.
"""
