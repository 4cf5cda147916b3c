"""`python -m cli`, which is what bin/concierge runs."""

from cli.main import main

if __name__ == "__main__":
    main()
