"""What reading a library finds worth telling, in sentences."""

from collections.abc import Mapping

from chem.disk.text_lines import CP932, CP1252, UTF16
from chem.library.columns.columns import NO_ID
from chem.library.delimited import BESIDE, JOINED, SHORT
from chem.library.rows import QUOTE_IS_TEXT
from chem.library.sdf import OTHER_ID, UNCLOSED

_SENTENCES = {
    UTF16: "the file is UTF-16 text and was read as such",
    CP1252: "lines that are not UTF-8: {n}, read as Windows-1252 (if a name looks wrong, save the "
    "file as UTF-8)",
    CP932: "lines that are not UTF-8: {n}, read as Shift-JIS (if a name looks wrong, save the file "
    "as UTF-8)",
    QUOTE_IS_TEXT: "lines with a quotation mark that opens no cell: {n}, read as text",
    SHORT: "rows with fewer cells than the header: {n}, the missing ones read as blank",
    BESIDE: "extensions |…| in a column beside the SMILES: {n}, read as part of it",
    JOINED: "SMILES with unquoted delimiters in their extension |…|: {n}, put together",
    OTHER_ID: 'records without such an id: {n} called by "{column}" instead',
    UNCLOSED: "the last record ends without '$$$$'; fields may be missing if the file was cut",
    NO_ID: "records without an id: {n}, called row<N>",
}


def describe_counts(counts: Mapping[str, int]) -> list[str]:
    """Return a sentence for each count that is not 0."""
    told = []
    for place, (kind, sentence) in enumerate(_SENTENCES.items()):
        for key in sorted(key for key, count in counts.items() if count):
            if key == kind or (kind == OTHER_ID and key.startswith(OTHER_ID)):
                text = sentence.replace("{column}", key.removeprefix(OTHER_ID))
                told.append((place, text.replace("{n}", f"{counts[key]:,}")))
    return [text for _, text in sorted(told)]
