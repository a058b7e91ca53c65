"""What Fare Chance is made of. See the map of folders in the README."""

import gc
import os

if "AWS_LAMBDA_FUNCTION_NAME" in os.environ:
    # What a function makes while it starts it keeps, so whoever looks for garbage finds none, and
    # that takes a thirtieth of a start. `telemetry.invocation` turns it on again.
    gc.disable()
