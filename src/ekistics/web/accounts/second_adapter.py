"""How the second factor is shown: a QR code that a camera reads on dark pages too."""

from allauth.mfa.adapter import DefaultMFAAdapter

__all__ = ["SecondFactorAdapter"]


class SecondFactorAdapter(DefaultMFAAdapter):
    """The library's, with a white ground under the QR code."""

    def build_totp_svg(self, url: str) -> str:
        """Draw the QR code of an address; the ground is the first thing in the drawing, below the modules."""
        drawn = super().build_totp_svg(url)
        start = drawn.index("<svg")
        end = drawn.index(">", start) + 1
        return f'{drawn[:end]}<rect width="100%" height="100%" fill="white"/>{drawn[end:]}'
