"""Tables of molecules are shown with structures, and no text of theirs is run."""

import pandas as pd
import pytest

import hitlist

EVIL = "<script>alert(1)</script>"


def test_all_text_of_a_table_is_escaped_and_pictures_are_capped() -> None:
    frame = pd.DataFrame({"smiles": [EVIL, "CCO", None, "C"], EVIL: [EVIL, None, 1.23456, "x"]})
    html = hitlist.show(frame, rows=3)._repr_html_()
    assert "<script" not in html
    assert html.count("&lt;script&gt;") == 2
    assert html.count("<svg") == 1
    assert "1.235" in html
    assert "and 1 more" in html


def test_the_plain_form_is_a_table() -> None:
    assert "alcohol" in repr(hitlist.show(pd.DataFrame({"smiles": ["CCO"], "kind": ["alcohol"]})))


def test_a_column_that_is_not_there_is_refused() -> None:
    with pytest.raises(hitlist.InputError, match="no column 'smiles'; it has a"):
        hitlist.show(pd.DataFrame({"a": ["CCO"]}))
