"""Proving: whether scenarios prove the rules that they are about.

A suite that passes may still test little. `coverage` asks what it has seen of each rule: met, not met, not met alone,
not assessed, each limit on both sides, each dated value on both of its days. `mutation` asks whether it would notice:
every rule is switched off, inverted and lowered, every limit and every date is moved by one, and some scenario has to
turn red. Both run in process, on the same scenarios, and change nothing but a tuple of rules or a policy in memory.
"""
