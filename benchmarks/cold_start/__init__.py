"""Cold starts: CPU of fresh processes, beside what the same costs elsewhere in the same round.

CPU and not time: a function with 512 MB has a fraction of a CPU, so that CPU is what people wait for; and CPU hardly
depends on what else the machine does. Ratios and not seconds: those are the machine's.
"""
