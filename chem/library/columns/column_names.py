"""Recognizes the names that vendors and databases give to columns of SMILES, ids and names.

Names are compared folded (:func:`fold`): without case, accents, blanks and punctuation, and with
one spelling for words that have many, so that ``Cat. No.``, ``CatalogNumber`` and ``catalogue #``
are the same name. Lists are in order of preference.
"""

import re
import unicodedata
from collections.abc import Sequence
from functools import lru_cache

from rdkit import Chem, rdBase

_SPELLINGS = (
    ("catalogue", "cat"),
    ("catalog", "cat"),
    ("katalog", "cat"),
    ("artikel", "article"),
    ("nummer", "no"),
    ("number", "no"),
    ("identifier", "id"),
    ("compound", "cpd"),
    ("cmpd", "cpd"),
    ("molecule", "mol"),
    ("structureid", "structid"),
    ("compd", "cpd"),
)
_WORDS = {"num": "no", "nr": "no", "nbr": "no", "numero": "no", "art": "article", "ids": "id"}
_OTHER_SCRIPTS = (
    *(("化合物", " compound "), ("製品", " product "), ("产品", " product ")),
    *(("試薬", " product "), ("货号", " catno "), ("目录号", " catno "), ("カタログ", " cat ")),
    *(("番号", " no "), ("编号", " no "), ("名称", " name "), ("名前", " name "), ("名", " name ")),
)
"""Words of Japanese and Chinese vendors."""
_LONGEST = 1_000
"""Most characters of a name that are compared, and of a cell that is parsed: a one-line file has a
header of megabytes."""
_LONGEST_SMILES = 1_000_000
_PARSED = 20
"""The number of cells that are parsed to tell whether a column holds SMILES."""
_PREFIX = re.compile(r"^[sribd]_(?:m|sd|user|st|lp|epik|i|qp|canvas|vsw)_(?=.)|\\(?=_)")
r"""Prefixes that Maestro puts before property names: ``s_m_title``, ``s_sd_Compound\_ID``."""


def normalize(name: str) -> str:
    """Fold a column's name for comparison: ``" Compound-ID"`` gives ``compound_id``."""
    return re.sub(r"[^0-9a-z]+", "_", name[:_LONGEST].casefold()).strip("_")


def fold(name: str) -> str:
    """Fold a column's name to one word with one spelling.

    >>> fold("Cat. No."), fold("CatalogNumber"), fold("Catalogue #"), fold("Compound-ID")
    ('catno', 'catno', 'catno', 'cpdid')
    """
    return _fold(name[:_LONGEST])


@lru_cache(4096)  # each name of a header is looked at for structures, IDs, names and more
def _fold(name: str) -> str:
    name = _PREFIX.sub("", name)
    joined = "".join(_WORDS.get(word, word) for word in split_words(name.casefold()))
    for spelling, one in _SPELLINGS:
        joined = joined.replace(spelling, one)
    return re.sub(r"(?<=cat)num$|(?<=[a-z]{4})nr$", "no", joined)


def split_words(name: str) -> list[str]:
    """Split a column's name into its words in lower case: ``VendorID`` gives ``vendor, id``."""
    marked = re.sub(r"(?<![^\W_])[Nn][°º]|[#№]", " no ", name)
    for sign, word in _OTHER_SCRIPTS if not marked.isascii() else ():
        marked = marked.replace(sign, word)
    plain = unicodedata.normalize("NFKD", marked)
    plain = "".join(c for c in plain if not unicodedata.combining(c))
    plain = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", plain)
    return re.findall(r"[0-9a-z]+", plain.casefold())


SMILES_NAMES = (
    *("smiles", "isomericsmiles", "smilesisomeric", "isosmiles", "absolutesmiles"),
    *("canonicalsmiles", "smilescanonical", "cansmiles", "standardizedsmiles", "standardsmiles"),
    *("stdsmiles", "smi", "smilesstring", "smilescode", "cxsmiles", "inputsmiles", "molsmiles"),
    *("cpdsmiles", "ligandsmiles", "drugsmiles", "smilesparent", "parentsmiles", "pubchemsmiles"),
    *("pubchemextdatasourcesmiles", "pubchemopeneyeisosmiles", "pubchemopeneyecansmiles"),
    *("openeyeisosmiles", "openeyecansmiles", "structuresmiles", "smilesstructure"),
    *("smile", "smilestring", "structure", "struktur", "strukturformel", "estructura", "mol"),
)
"""Folded names of SMILES columns. None of them is a SMILES itself."""

REGISTRY_NAMES = (
    *("cpdid", "corporateid", "registrationno", "regno", "regid", "cpdregno", "internalid"),
    *("registryno", "substanceid", "sampleid", "structid", "verbindungsno", "substanzno", "id"),
)
CATALOG_NAMES = (
    *("catno", "catid", "cat", "catcode", "catref", "vendorcatno", "vendorcatid", "suppliercatno"),
    *("productno", "productid", "productcode", "itemno", "itemid", "itemcode", "idno", "sku"),
    *("articleno", "articleid", "partno", "bestellno", "molportid", "idmolport", "molportno"),
    *("zincid", "enamineid", "emoleculesid", "mculeid", "chembridgeid", "hit2leadid"),
    *("chemdivid", "asinexid", "maybridgeid", "specsid", "otavaid", "lifechemicalsid"),
    *("vendorid", "vendorno", "vendorcode", "supplierid", "supplierno", "suppliercode"),
    *("nocat", "codeproduit", "supplierref", "vendorref", "productref", "producto"),
    *("manufacturerid", "referenceno", "referenceid", "reference", "refno", "ref", "orderno"),
)
PUBLIC_NAMES = (
    *("molchemblid", "chemblid", "cpdchemblid", "chembl", "drugbankid", "databaseid"),
    *("brdid", "brd", "broadid", "ncgcid", "ncgc", "nsc", "nscno", "nscid", "unii", "dtxsid"),
    *("dtxcid", "tox21id", "hmdbid", "keggid", "chebiid", "coconutid", "npaid"),
    *("bindingdbmonomerid", "monomerid", "ligandid", "ligid"),
    *("chemblidofligand", "zincidofligand", "drugbankidofligand", "chebiidofligand"),
    *("pubchemsubstanceid", "pubchemsid", "sid", "pubchemextdatasourceregid"),
    *("pubchemcpdcid", "pubchemcid", "cid"),
    *("molid", "molno", "cpdno", "cpdcode", "code", "codigo", "codice", "kennung"),
    *("identifiant", "cpd", "verbindung", "mol", "cpdlabel", "samplebarcode"),
    *("cpdbarcode", "substancebarcode", "drugid", "codicearticolo", "codigoproducto", "referencia"),
    *("batchmolid", "batchcpdid", "molbatchid", "cpdbatchid"),
)
OF_MEASUREMENTS = ("molchemblid", "cpdchemblid", "bindingdbmonomerid")
"""Ids in files that have one row per measurement, so that they repeat."""
ID_NAMES = (*REGISTRY_NAMES, *CATALOG_NAMES, *PUBLIC_NAMES)
"""Folded names of id columns: a company's own, then a vendor's, then a public database's."""
CAS_NAMES = ("casno", "nocas", "cas", "casrn", "casregistryno", "casid", "mdlno", "mdl")
"""Substance numbers, which vendors may leave out or give twice: an id only if they do neither."""
INCHIKEY_NAMES = ("inchikey", "ligandinchikey", "standardinchikey", "stdinchikey")
"""An id only if there is no other."""
NAME_NAMES = (
    *("name", "prefname", "preferredname", "cpdname", "molname", "molename", "drugname"),
    *("productname", "itemname", "chemblprefname", "pertiname", "commonname", "genericname"),
    *("bindingdbligandname", "substancename", "chemicalname", "samplename", "materialname"),
    *("ligandname", "nameiupac"),
    *("produktname", "substanzname", "bezeichnung", "stoffname", "wirkstoff"),
    *("nom", "nomduproduit", "nombre", "nome", "nomeprodotto", "nombreproducto", "nomeproduto"),
    *("naam", "productnaam", "namn", "produktnamn", "navn", "produktnavn", "nimi", "nazwa"),
    *("synonym", "synonyms", "iupacname", "iupac", "title"),
)
"""Folded names of columns that hold a compound's name."""

VAGUE_NAMES = (
    *("drug", "ligand", "inhibitor", "product", "item", "entity", "substance", "substanz"),
    *("material", "sample", "probe", "entry", "chemical", "amne", "substans", "aine", "stof"),
)
"""Folded names of columns that hold a compound's name only if their cells are differing texts."""

_ID_WORDS = {"id", "no", "number", "nr", "code"}
_OF_SOMETHING_ELSE = {
    *("assay", "target", "plate", "well", "batch", "lot", "project", "tax", "taxonomy"),
    *("organism", "document", "doc", "activity", "rack", "box", "position", "page", "patent"),
    *("group", "set", "cluster", "family", "site", "country", "user", "storage", "location"),
    *("vial", "tube", "gene", "protocol", "experiment", "run", "uniprot", "pdb", "entrez"),
    *("hazard", "un", "hs", "tariff", "ec", "einecs", "scaffold", "tray", "column", "row"),
    *("series", "parent", "library", "source", "src", "year", "journal", "doi", "pubmed"),
    *("color", "zip", "pathway", "disease", "cell", "salt", "curve", "result", "measurement"),
    *("po", "quote", "invoice", "purchase", "cosmic"),
    *("charge", "chargen", "charg", "partij", "lote", "lotto", "parti"),
}
"""Words in the names of columns that number something other than compounds."""


def may_be_id(name: str) -> bool:
    """Tell whether an unknown name ends or begins as ids do: ``Asinex_ID``, ``Prestwick No``."""
    words = split_words(name)
    ends = len(words) > 1 and (words[-1] in _ID_WORDS or words[0] == "id")
    return ends and not _OF_SOMETHING_ELSE.intersection(words)


def is_smiles_name(name: str) -> bool:
    """Tell whether a name is that of a SMILES column."""
    return fold(name) in SMILES_NAMES or "smiles" in fold(name)


_SMILES = re.compile(
    r"\s*(?:\[[^\[\]\s]+\]|Br|Cl|[BCNOSPFIbcnosp*]|[-=#$:/\\.()0-9%~])+(?:\s+\|.*)?\s*"
)


def looks_like_smiles(text: str) -> bool:
    """Tell whether a text consists of SMILES characters; its rings and brackets may be invalid.

    >>> looks_like_smiles("C[C@H](F)Cl |&1:1|"), looks_like_smiles("Gefitinib")
    (True, False)
    """
    if len(text) > _LONGEST_SMILES:
        return False
    return _SMILES.fullmatch(text) is not None and re.search(r"[A-Za-z*]", text) is not None


def look_alike(cells: Sequence[str]) -> bool:
    """Tell whether most cells of a column that is named as SMILES look like SMILES."""
    filled = [text for text in cells if text.strip()]
    return sum(map(looks_like_smiles, filled)) > 0.8 * max(len(filled), 1)


def are_smiles(cells: Sequence[str]) -> bool:
    """Tell whether most cells of a column, whatever its name, are SMILES.

    Many companies' IDs have the characters of a SMILES, but few can be read as one.

    >>> are_smiles(["CCOc1ccccc1", "CC(=O)NCC"]), are_smiles(["PF-00299804", "NSC-125973"])
    (True, False)
    """
    filled = [text for text in cells if text.strip()]
    mean = sum(map(len, filled)) / max(len(filled), 1)  # P1 and CN12 can be read
    if mean <= 8 or not look_alike(filled):
        return False
    short = [text.strip() for text in dict.fromkeys(filled) if len(text) <= _LONGEST][:_PARSED]
    with rdBase.BlockLogs():
        read = sum(Chem.MolFromSmiles(text, sanitize=False) is not None for text in short)
    return 2 * read > len(short) or not short
