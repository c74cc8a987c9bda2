"""Any hue keeps the contrasts of Designsystemet's own accent."""

import pytest

from services.api.theme import DARK, LIGHT, colour, hue_of, theme_css


def luminance(shown: str) -> float:
    """WCAG 2.2 relative luminance of #rrggbb."""
    channels = [int(shown[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    linear = [value / 12.92 if value <= 0.04045 else ((value + 0.055) / 1.055) ** 2.4 for value in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


@pytest.mark.parametrize("hue", range(0, 360, 15))
@pytest.mark.parametrize("scale", [LIGHT, DARK], ids=["light", "dark"])
def test_every_hue_is_readable(hue: int, scale: tuple[tuple[str, float, float], ...]) -> None:
    shown = {step: colour(hue, y, chroma) for step, y, chroma in scale}
    assert contrast(shown["text-subtle"], shown["surface-tinted"]) >= 4.5
    assert contrast(shown["text-default"], shown["surface-hover"]) >= 7
    assert contrast(shown["base-contrast-default"], shown["base-default"]) >= 4.5
    assert contrast(shown["border-default"], shown["background-default"]) >= 3
    for step, wanted, _ in scale:
        assert luminance(shown[step]) == pytest.approx(wanted, abs=0.006), step


def test_hues_differ_and_greys_do_not() -> None:
    assert colour(30, 0.12, 0.15) != colour(220, 0.12, 0.15)
    assert colour(30, 1.0, 0.0) == "#ffffff"
    assert colour(30, 0.0, 0.0) == "#000000"


def test_style_sheet_covers_both_schemes() -> None:
    sheet = theme_css(220)
    assert sheet.count("--ds-color-accent-base-default:#0d6b82") == 1
    assert "prefers-color-scheme:dark" in sheet
    assert "[data-color-scheme=dark]" in sheet


@pytest.mark.parametrize(("shown", "hue"), [("#ff0000", 29), ("#00ff00", 142), ("#0000ff", 264), ("#0f4c81", 250)])
def test_the_hue_of_an_alliances_own_colour(shown: str, hue: int) -> None:
    """The primaries' hues are those of CSS Color 4's OKLCH."""
    assert hue_of(shown) == hue
