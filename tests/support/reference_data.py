"""Where the reference data lies: beside the checkout, or where GPUHOUR_SHARED says. A user's clone has none."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Final

SHARED: Final = Path(os.environ.get("GPUHOUR_SHARED") or Path(__file__).parents[3] / "shared")
