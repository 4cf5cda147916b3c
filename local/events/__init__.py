"""What wakes functions: queues, rules, schedules."""
