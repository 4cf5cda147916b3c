"""What an hour of a Studio machine costs.

The built-in figures are AWS's on-demand list prices of us-east-1 in US dollars, of 2025; they differ by region and
contract, so studio.yaml may override each of them. A type that is in neither has no price, and its hours are counted
without money.
Source: "Amazon SageMaker AI pricing", Studio JupyterLab and Code Editor.
"""

from __future__ import annotations

from decimal import Decimal

from concierge.catalog.night import Prices

_BUILT_IN_CURRENCY = "USD"
_HOURLY = {
    "t3": {"medium": "0.05", "large": "0.10", "xlarge": "0.20", "2xlarge": "0.40"},
    "m5": {
        "large": "0.115",
        "xlarge": "0.23",
        "2xlarge": "0.461",
        "4xlarge": "0.922",
        "8xlarge": "1.843",
        "12xlarge": "2.765",
        "16xlarge": "3.686",
        "24xlarge": "5.53",
    },
    "c5": {
        "large": "0.102",
        "xlarge": "0.204",
        "2xlarge": "0.408",
        "4xlarge": "0.816",
        "9xlarge": "1.836",
        "12xlarge": "2.448",
        "18xlarge": "3.672",
        "24xlarge": "4.896",
    },
    "r5": {
        "large": "0.151",
        "xlarge": "0.302",
        "2xlarge": "0.605",
        "4xlarge": "1.21",
        "8xlarge": "2.419",
        "12xlarge": "3.629",
        "16xlarge": "4.838",
        "24xlarge": "7.258",
    },
    "p3": {"2xlarge": "3.825", "8xlarge": "14.688", "16xlarge": "28.152"},
    "g4dn": {
        "xlarge": "0.736",
        "2xlarge": "0.94",
        "4xlarge": "1.505",
        "8xlarge": "2.72",
        "12xlarge": "4.89",
        "16xlarge": "5.44",
    },
    "g5": {
        "xlarge": "1.408",
        "2xlarge": "1.515",
        "4xlarge": "2.03",
        "8xlarge": "3.06",
        "12xlarge": "7.09",
        "16xlarge": "5.12",
        "24xlarge": "10.18",
        "48xlarge": "20.36",
    },
}


BUILT_IN = {f"ml.{family}.{size}": Decimal(price) for family, sizes in _HOURLY.items() for size, price in sizes.items()}


def hourly_of(instance_type: str, prices: Prices) -> Decimal | None:
    """In the table's currency; None if nobody knows. The built-in figures do not count for another currency."""
    if instance_type in prices.hourly:
        return prices.hourly[instance_type]
    return BUILT_IN.get(instance_type) if prices.currency == _BUILT_IN_CURRENCY else None
