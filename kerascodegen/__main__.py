"""`python -m kerascodegen`."""

from kerascodegen.cli import main

if __name__ == "__main__":
    main()
