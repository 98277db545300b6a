"""What `python -m derivlib` runs."""

import sys

from derivlib.command.main import main

if __name__ == "__main__":
    sys.exit(main())
