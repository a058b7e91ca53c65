"""Widgets of the control room: HTML that a dashboard of CloudWatch shows within its own page. What
is asked comes as `Asked`; a module for each widget says what it looks like, from what an operation
read. They must never read or write anything, and hold no script: the console drops it."""
