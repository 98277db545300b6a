"""Every page of the built site: on a desktop, on a phone in the dark, and where scripts are off."""

from __future__ import annotations

import inspection
import needs
import pytest
import visits

NAMES = sorted(path.relative_to(needs.SITE).as_posix() for path in needs.SITE.rglob("*.html"))


@pytest.fixture(scope="module", params=NAMES)
def address(request):
    """A page of the site. It is opened once for all that is asked of it."""
    return request.param


@pytest.fixture(scope="module")
def on_desktop(browser):
    with visits.visitor(browser, **visits.DESKTOP) as context:
        yield context


@pytest.fixture(scope="module")
def on_phone(browser):
    with visits.visitor(browser, **visits.PHONE, color_scheme="dark") as context:
        yield context


@pytest.fixture(scope="module")
def without_scripts(browser):
    with visits.visitor(browser, **visits.UNSCRIPTED) as context:
        yield context


@pytest.fixture(scope="module")
def desktop(on_desktop, origin, address):
    with visits.opened(on_desktop, origin, address) as visit:
        yield visit


@pytest.fixture(scope="module")
def phone(on_phone, origin, address):
    with visits.opened(on_phone, origin, address) as visit:
        yield visit


@pytest.fixture(scope="module")
def unscripted(without_scripts, origin, address):
    with visits.opened(without_scripts, origin, address) as visit:
        yield visit


def faultless(found: list[str]) -> None:
    """Fail with what was found, one line for each."""
    assert not found, "\n  ".join(["", *found[:20]])


def test_formulas_are_set(desktop):
    faultless(inspection.formulas(desktop.page))


def test_formulas_stay_in_their_boxes_on_a_desktop(desktop):
    faultless(inspection.width(desktop.page) + inspection.boxes(desktop.page))


def test_accessible_on_a_desktop(desktop):
    faultless(inspection.accessibility(desktop.page))


@pytest.mark.parametrize(
    "address", ["index.html", "gallery/index.html", "search.html"], indirect=True
)
def test_contrast_in_the_dark_around_the_text(desktop):
    """The text itself has the colours of a phone in the dark, where all rules are tried.

    What is around it is alike on all pages, but for those without a text.
    """
    desktop.page.emulate_media(color_scheme="dark")
    found = inspection.accessibility(desktop.page, rules=inspection.COLOURS, without="article")
    desktop.page.emulate_media(color_scheme="light")
    faultless(found)


def test_what_can_be_taken_away_is_there(desktop):
    faultless(inspection.downloads(desktop.page))


def test_no_error_and_no_other_host(desktop):
    faultless(desktop.faults)


def test_fits_a_phone(phone):
    faultless(inspection.width(phone.page) + inspection.boxes(phone.page))


def test_accessible_on_a_phone_in_the_dark(phone):
    faultless(inspection.accessibility(phone.page))


def test_no_error_on_a_phone(phone):
    faultless(phone.faults)


def test_formulas_are_set_where_scripts_are_off(unscripted):
    faultless(inspection.formulas(unscripted.page) + unscripted.faults)
