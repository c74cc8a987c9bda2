"""One theme colour per alliance: the accent scale of Designsystemet in any hue, as a style sheet.

Each step keeps the relative luminance (WCAG 2.2) of Designsystemet's own accent, so every contrast that
its authors checked holds for every hue; only the hue turns, and chroma shrinks where the screen has no such colour.
"""

import math

# Step, relative luminance 0..1, OKLCH chroma; measured from the accent of @digdir/designsystemet-css 1.22.
LIGHT = (
    ("background-default", 1.0, 0.0),
    ("background-tinted", 0.8978, 0.010),
    ("surface-default", 1.0, 0.0),
    ("surface-tinted", 0.8087, 0.021),
    ("surface-hover", 0.7015, 0.035),
    ("surface-active", 0.5914, 0.050),
    ("border-subtle", 0.5002, 0.065),
    ("border-default", 0.1894, 0.137),
    ("border-strong", 0.1100, 0.153),
    ("text-subtle", 0.1100, 0.153),
    ("text-default", 0.0244, 0.085),
    ("base-default", 0.1228, 0.159),
    ("base-hover", 0.0779, 0.134),
    ("base-active", 0.0462, 0.111),
    ("base-contrast-subtle", 0.7993, 0.022),
    ("base-contrast-default", 1.0, 0.0),
)
DARK = (
    ("background-default", 0.0092, 0.034),
    ("background-tinted", 0.0138, 0.043),
    ("surface-default", 0.0212, 0.052),
    ("surface-tinted", 0.0272, 0.059),
    ("surface-hover", 0.0364, 0.067),
    ("surface-active", 0.0556, 0.081),
    ("border-subtle", 0.0795, 0.094),
    ("border-default", 0.2197, 0.087),
    ("border-strong", 0.3881, 0.057),
    ("text-subtle", 0.3881, 0.057),
    ("text-default", 0.8409, 0.011),
    ("base-default", 0.2629, 0.117),
    ("base-hover", 0.3561, 0.094),
    ("base-active", 0.4751, 0.070),
    ("base-contrast-subtle", 0.0091, 0.028),
    ("base-contrast-default", 0.0, 0.0),
)


def theme_css(hue: int) -> str:
    """The accent colours for an OKLCH hue in degrees (30 red, 145 green, 220 lake, 300 violet), light and dark."""
    light = _declarations(hue, LIGHT)
    dark = _declarations(hue, DARK)
    return (
        f"[data-color-scheme]{{{light}}}"
        f"@media screen and (prefers-color-scheme:dark){{[data-color-scheme=auto]{{{dark}}}}}"
        f"[data-color-scheme=dark]{{{dark}}}"
    )


def _declarations(hue: int, scale: tuple[tuple[str, float, float], ...]) -> str:
    return "".join(f"--ds-color-accent-{step}:{colour(hue, luminance, chroma)};" for step, luminance, chroma in scale)


def colour(hue: int, luminance: float, chroma: float) -> str:
    """The sRGB colour `#rrggbb` of this hue (degrees) and relative luminance, as close to the chroma as sRGB has it."""
    while True:
        channels = _linear_srgb(hue, luminance, chroma)
        if chroma <= 0.001 or all(-0.0005 <= channel <= 1.0005 for channel in channels):
            return "#" + "".join(f"{round(_gamma(channel) * 255):02x}" for channel in channels)
        chroma *= 0.95


def _linear_srgb(hue: int, luminance: float, chroma: float) -> tuple[float, float, float]:
    low, high = 0.0, 1.0
    for _ in range(24):  # 24 halvings place the lightness far below one step of 8 bits
        lightness = (low + high) / 2
        channels = _from_oklch(lightness, chroma if 0 < luminance < 1 else 0.0, hue)
        if 0.2126 * channels[0] + 0.7152 * channels[1] + 0.0722 * channels[2] < luminance:
            low = lightness
        else:
            high = lightness
    return channels


def _from_oklch(lightness: float, chroma: float, hue: int) -> tuple[float, float, float]:
    # Matrices of the OKLab definition (Ottosson 2020), as CSS Color 4 uses them.
    a, b = chroma * math.cos(math.radians(hue)), chroma * math.sin(math.radians(hue))
    long = (lightness + 0.3963377774 * a + 0.2158037573 * b) ** 3
    medium = (lightness - 0.1055613458 * a - 0.0638541728 * b) ** 3
    short = (lightness - 0.0894841775 * a - 1.2914855480 * b) ** 3
    return (
        4.0767416621 * long - 3.3077115913 * medium + 0.2309699292 * short,
        -1.2684380046 * long + 2.6097574011 * medium - 0.3413193965 * short,
        -0.0041960863 * long - 0.7034186147 * medium + 1.7076147010 * short,
    )


def _gamma(channel: float) -> float:
    channel = min(1.0, max(0.0, channel))
    return 12.92 * channel if channel <= 0.0031308 else 1.055 * channel ** (1 / 2.4) - 0.055


def hue_of(colour: str) -> int:
    """The OKLCH hue in degrees of an sRGB colour `#rrggbb`: what `theme_css` makes of an alliance's own colour."""
    red, green, blue = (_linear(int(colour[start : start + 2], 16) / 255) for start in (1, 3, 5))
    long = math.cbrt(0.4122214708 * red + 0.5363325363 * green + 0.0514459929 * blue)
    medium = math.cbrt(0.2119034982 * red + 0.6806995451 * green + 0.1073969566 * blue)
    short = math.cbrt(0.0883024619 * red + 0.2817188376 * green + 0.6299787005 * blue)
    a = 1.9779984951 * long - 2.4285922050 * medium + 0.4505937099 * short
    b = 0.0259040371 * long + 0.7827717662 * medium - 0.8086757660 * short
    return round(math.degrees(math.atan2(b, a))) % 360


def _linear(channel: float) -> float:
    return channel / 12.92 if channel <= 0.04045 else float(((channel + 0.055) / 1.055) ** 2.4)
