"""`python -m iagcore` is the command `iagcore`."""

import sys

from iagcore.cli import main

if __name__ == "__main__":
    sys.exit(main())
