"""Found by Python at its start where this folder is on PYTHONPATH: lets `digest` and its worker processes run at
DIGEST_TEST_TIME, so that a test decides what day it is for all of them."""

import os
from datetime import datetime

if moment := os.environ.get("DIGEST_TEST_TIME"):
    import time_machine

    time_machine.travel(datetime.fromisoformat(moment), tick=True).start()
