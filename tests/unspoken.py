"""What no card and no message to a rider may ever say, in either language: the words of prisons,
courts and supervision, and what a ride is for."""

import re

NEVER = re.compile(
    r"prison|jail|inmate|incarcerat|offen[cds]|crim|convict|parole|probation|felon|releas|reentry|"
    r"interview|custod|court|sentence|"
    r"prisi|cárcel|carcel|preso|recluso|delito|libert|condena|reinserc|entrevista",
    re.IGNORECASE,
)
